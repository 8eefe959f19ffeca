package bench_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/larder-go/larder/bench/cases"
	"github.com/larder-go/larder/bench/kit"
	"github.com/redis/go-redis/v9"
)

// TestAllocations holds how often each path allocates. A path that gets better
// lowers its number here; one that needs more must say why in docs/design.md.
func TestAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates by itself")
	}
	for _, tc := range []struct {
		section, row string
		most         float64
	}{
		{"hit/1KiB", "larder", 0},
		{"hit/16KiB", "larder", 0},
		{"hit/256KiB", "larder", 0},
		{"features", "larder-vary", 0},
		{"features", "larder-tags", 0},
		{"features", "larder-304", 0},
		{"features", "larder-all", 0},
		{"redis/16KiB/1", "larder", goRedis(t) + 13},
		{"redis/16KiB/1", "larder-near", 0},
		{"memcached/16KiB/1", "larder", gomemcache(t) + 6},
		{"fragment", "hit, memory", 19},
		{"fragment-miss", "miss, memory", allocations(t, "fragment-miss", "whole") + 45},
		{"miss", "larder", allocations(t, "miss", "handler alone") + 61},
	} {
		t.Run(tc.section+" "+tc.row, func(t *testing.T) {
			if got := allocations(t, tc.section, tc.row); got > tc.most {
				t.Errorf("%v allocations, want at most %v", got, tc.most)
			}
		})
	}
}

func allocations(t *testing.T, section, row string) float64 {
	t.Helper()
	r, ok := find(section, row)
	if !ok {
		store, _, _ := strings.Cut(section, "/")
		if _, installed := stores.Options(store); installed || store != kit.Redis && store != kit.Memcached {
			t.Fatal("there is no such row")
		}
		t.Skip("its store is not installed")
	}
	bench, err := r.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer bench.Close()
	if err := bench.Run(1000); err != nil { // what is made once and kept
		t.Fatal(err)
	}
	return testing.AllocsPerRun(1000, func() {
		if err := bench.Run(1); err != nil {
			t.Fatal(err)
		}
	})
}

// find finds a row. The store of its section is emptied.
func find(section, row string) (r cases.Row, ok bool) {
	for _, s := range cases.All(stores) {
		if s.ID != section {
			continue
		}
		if err := stores.Empty(s.Store); err != nil {
			return r, false
		}
		for _, r := range s.Rows {
			if r.Name == row {
				return r, true
			}
		}
	}
	return r, false
}

// goRedis is how often the client itself allocates for a GET.
func goRedis(t *testing.T) float64 {
	o, ok := stores.Options(kit.Redis)
	if !ok {
		return 0
	}
	c, ctx := redis.NewClient(&redis.Options{Addr: o.Addr}), context.Background()
	defer c.Close()
	if err := c.Set(ctx, "page", kit.Body(16<<10), 0).Err(); err != nil {
		t.Fatal(err)
	}
	return testing.AllocsPerRun(1000, func() { c.Get(ctx, "page").Bytes() })
}

// gomemcache is how often the client itself allocates for a get.
func gomemcache(t *testing.T) float64 {
	o, ok := stores.Options(kit.Memcached)
	if !ok {
		return 0
	}
	c := memcache.New(o.Addr)
	defer c.Close()
	if err := c.Set(&memcache.Item{Key: "page", Value: kit.Body(16 << 10)}); err != nil {
		t.Fatal(err)
	}
	return testing.AllocsPerRun(1000, func() { c.Get("page") })
}
