package larder_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/internal/servertest"
	_ "github.com/larder-go/larder/store/memcachestore"
	_ "github.com/larder-go/larder/store/redisstore"
)

var (
	bg    = context.Background()
	quiet = larder.WithLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
)

const minute = time.Minute

// onEveryStore runs a test on memory, Redis and Memcached, with a URL that
// names a store of its own. The servers have time to answer on a busy machine.
func onEveryStore(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("memory", func(t *testing.T) {
		url := "memory://" + time.Now().Format("150405.000000000")
		open(t, url) // as long as one is open, the memory lasts
		test(t, url)
	})
	t.Run("redis", func(t *testing.T) { test(t, "redis://"+servertest.Redis(t).Addr()+"/0?timeout=20s") })
	t.Run("memcached", func(t *testing.T) { test(t, "memcached://"+servertest.Memcached(t).Addr()+"?timeout=20s") })
}

// open is a cache that is closed at the end of the test.
func open(t testing.TB, url string, opts ...larder.Option) *larder.Cache {
	t.Helper()
	c, err := larder.Open(bg, url, append([]larder.Option{quiet, larder.WithTimeout(20 * time.Second)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// set keeps v.
func set[T any](t testing.TB, c *larder.Cache, key string, v T, ttl time.Duration, opts ...larder.ValueOption) {
	t.Helper()
	if err := larder.Set(bg, c, key, v, ttl, opts...); err != nil {
		t.Fatal(err)
	}
}

// want compares what is under key.
func want[T comparable](t testing.TB, c *larder.Cache, key string, v T) {
	t.Helper()
	got, ok, err := larder.Get[T](bg, c, key)
	if got != v || !ok || err != nil {
		t.Errorf("%q: %#v, %t, %v; want %#v", key, got, ok, err, v)
	}
}

// wantNone wants nothing under key.
func wantNone(t testing.TB, c *larder.Cache, key string) {
	t.Helper()
	if has, err := c.Has(bg, key); has || err != nil {
		t.Errorf("%q is there: %t, %v", key, has, err)
	}
}

// check fails the test for an error, and for an answer that is not wanted.
func check[T comparable](t testing.TB, what string, want T) func(got T, err error) {
	t.Helper()
	return func(got T, err error) {
		t.Helper()
		if got != want || err != nil {
			t.Errorf("%s: %v, %v; want %v", what, got, err, want)
		}
	}
}
