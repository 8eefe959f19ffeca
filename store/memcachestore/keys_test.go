package memcachestore

import (
	"fmt"
	"testing"
)

func FuzzHashTag(f *testing.F) {
	for _, seed := range []string{"{u}x", "a{u}b{v}", "{}", "{", "}{", "a{b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, key string) {
		tag := hashTag(key)
		if tag == "" && key != "" {
			t.Fatalf("hashTag(%q) is empty", key)
		}
		s := New([]string{"a:1", "b:1"}, Options{})
		real := s.realKey(key)
		if len(real) > maxKey || !printable(real) {
			t.Fatalf("realKey(%q) = %q", key, real)
		}
	})
}

func TestHashTag(t *testing.T) {
	for key, want := range map[string]string{
		"{u}:x": "u", "E:{u}:x": "u", "a{u}b{v}": "u", "{}x": "{}x", "{u": "{u", "u}": "u}", "}{u}": "u", "": "",
	} {
		if got := hashTag(key); got != want {
			t.Errorf("hashTag(%q) = %q; want %q", key, got, want)
		}
	}
}

func TestServersGetEqualShares(t *testing.T) {
	const keys = 10_000
	for n := 2; n <= 7; n++ {
		var addrs []string
		for i := range n {
			addrs = append(addrs, fmt.Sprintf("h%d:1", i))
		}
		s := New(addrs, Options{})
		shares := make(map[*server]int)
		for i := range keys {
			shares[s.pick(fmt.Sprint("E:{product/", i, "}"))]++
		}
		for sv, share := range shares {
			if mean := keys / n; share < mean*9/10 || share > mean*11/10 {
				t.Errorf("of %d keys, %s of %d servers gets %d", keys, sv.addr, n, share)
			}
		}
	}
}
