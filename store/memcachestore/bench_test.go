package memcachestore_test

import (
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store/memcachestore"
)

// BenchmarkGetMany reads what a page hit reads: an index, a page of 16 KiB and a
// root, beside the same by the client library.
func BenchmarkGetMany(b *testing.B) {
	server := servertest.Memcached(b)
	s := memcachestore.New([]string{server.Addr()}, memcachestore.Options{Timeout: 2 * time.Second})
	defer func() { _ = s.Close() }()
	client := memcache.New(server.Addr())
	client.MaxIdleConns = memcachestore.DefaultPool
	defer func() { _ = client.Close() }()
	keys := []string{"index", "entry", "root"}
	for i, size := range []int{100, 16 << 10, 16} {
		value := make([]byte, size)
		if err := s.Set(b.Context(), keys[i], value, time.Hour); err != nil {
			b.Fatal(err)
		}
		if err := client.Set(&memcache.Item{Key: keys[i], Value: value}); err != nil {
			b.Fatal(err)
		}
	}
	for name, get := range map[string]func() error{
		"store":             func() error { _, err := s.GetMany(b.Context(), keys); return err },
		"client's GetMulti": func() error { _, err := client.GetMulti(keys); return err },
		"client's Get":      func() error { _, err := client.Get("entry"); return err },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(25)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := get(); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
