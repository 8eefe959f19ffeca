package memcachestore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memcachestore"
)

func TestProperties(t *testing.T) {
	s := memcachestore.New([]string{"127.0.0.1:1"}, memcachestore.Options{})
	if s.Shards() != 16 || s.Timeout() != memcachestore.DefaultTimeout {
		t.Errorf("Shards %d, Timeout %v", s.Shards(), s.Timeout())
	}
}

func TestNewPanics(t *testing.T) {
	for name, make := range map[string]func(){
		"no servers":       func() { memcachestore.New(nil, memcachestore.Options{}) },
		"negative timeout": func() { memcachestore.New([]string{"h:1"}, memcachestore.Options{Timeout: -1}) },
		"negative pool":    func() { memcachestore.New([]string{"h:1"}, memcachestore.Options{Pool: -1}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("New did not panic")
				}
			}()
			make()
		})
	}
}

func TestOpenErrors(t *testing.T) {
	for url, want := range map[string]string{
		"memcached://":                `host ""`,
		"memcached://a,,b":            `host ""`,
		"memcached://a:0":             "want a port",
		"memcached://a/path":          "without a path",
		"memcached://u:secret@a":      "users and passwords are not supported",
		"memcached://a?restart=trust": `unknown parameter "restart"; known are pool, prefix, timeout`,
		"memcached://a?pool=0":        "pool",
		"memcached+unix://host/path":  "memcached+unix:///path",
		"memcached+unix://":           "memcached+unix:///path",
	} {
		_, err := store.Open(t.Context(), url)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q): %v; want %q", url, err, want)
		}
	}
}

func Example() {
	ctx := context.Background()
	s, err := store.Open(ctx, "memcached://h1.internal:11211,h2.internal:11211?timeout=100ms")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = store.Close(s) }()
	fmt.Println(store.Shards(s), store.Timeout(s))
	// Output: 16 100ms
}
