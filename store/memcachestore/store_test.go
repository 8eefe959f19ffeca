package memcachestore_test

import (
	"testing"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/storetest"

	_ "github.com/larder-go/larder/store/memcachestore"
)

func conform(t *testing.T, url string) {
	t.Helper()
	storetest.Run(t, func(t *testing.T) store.Store {
		s, err := store.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		return s
	})
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conform(t, "memcached://"+servertest.Memcached(t).Addr()+"?timeout=2s")
}

func TestConformanceWithSeveralServers(t *testing.T) {
	t.Parallel()
	a, b, c := servertest.Memcached(t), servertest.Memcached(t), servertest.Memcached(t)
	conform(t, "memcached://"+a.Addr()+","+b.Addr()+","+c.Addr()+"?timeout=2s&prefix=shop")
}

func TestConformanceOverSocket(t *testing.T) {
	t.Parallel()
	conform(t, "memcached+unix://"+servertest.MemcachedSocket(t, "-I", "4m").Socket()+"?timeout=2s")
}
