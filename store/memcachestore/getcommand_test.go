package memcachestore

import (
	"strings"
	"testing"
)

func TestGetCommand(t *testing.T) {
	s := New([]string{"h:1"}, Options{})
	var c getCommand
	for _, keys := range [][]string{{"a"}, {"first", "with blank", "", strings.Repeat("x", 300)}, {"b", "b"}} {
		c.ask(s.prefix, keys)
		want := "get"
		for i, key := range keys {
			want += " " + s.realKey(key)
			if got := string(c.key(i)); got != s.realKey(key) {
				t.Errorf("key %d of %q is %q", i, keys, got)
			}
		}
		if got := string(c.text); got != want+"\r\n" {
			t.Errorf("for %q the command is %q; want %q", keys, got, want)
		}
	}
}

func TestFind(t *testing.T) {
	c := asked()
	for _, f := range []struct {
		key        string
		next, want int
	}{
		{"p:a", 0, 0}, {"p:a", 1, 0}, {"p:a", 4, 0}, {"p:b", 0, 1}, {"p:b", 2, 2}, {"p:b", 3, 1},
		{"p:c", 0, 3}, {"p:c", 4, 3}, {"p", 0, -1}, {"p:a ", 0, -1}, {"", 0, -1},
	} {
		if got := c.find([]byte(f.key), f.next); got != f.want {
			t.Errorf("find(%q, %d) = %d; want %d", f.key, f.next, got, f.want)
		}
	}
}
