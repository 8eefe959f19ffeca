package cachepage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/dummystore"
	"github.com/larder-go/larder/store/memcachestore"
	"github.com/larder-go/larder/store/memstore"
)

// How a page came about is told in the same words, whatever else is told.
func TestServerTimingOfHitsAndStalePages(t *testing.T) {
	for name, opts := range map[string][]cachepage.Option{"by itself": nil, "beside the key": {cachepage.StatusKey()}} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			opts := append(opts, cachepage.ServerTiming(), cachepage.StaleWhileRevalidate(time.Minute))
			h := s.CachePage(time.Minute, opts...)(page("x"))
			for _, how := range []string{"miss", "hit", "hit"} {
				want(t, how, strings.HasPrefix(get(h, "/p").get("Server-Timing"), `cache;desc="`+how+`"`), true)
			}
			s.clock.Advance(70 * time.Second)
			want(t, "stale", strings.HasPrefix(get(h, "/p").get("Server-Timing"), `cache;desc="stale"`), true)
		})
	}
}

func TestServerTimingNamesTheStore(t *testing.T) {
	memory := memstore.New(memstore.Options{})
	memcached := memcachestore.New([]string{"127.0.0.1:1"}, memcachestore.Options{})
	t.Cleanup(func() { _ = memory.Close(); _ = memcached.Close() })
	for want, s := range map[string]store.Store{
		"memory": memory, "memcached": memcached, "dummy": dummystore.New(), "dummy ": store.Prefixed(dummystore.New(), "shop"),
	} {
		c := larder.New(s)
		h := c.CachePage(time.Minute, cachepage.ServerTiming())(numbered())
		if got := get(h, "/p").get("Server-Timing"); !strings.HasSuffix(got, `, store;desc="`+strings.TrimSpace(want)+`"`) {
			t.Errorf("Server-Timing is %q; want %s", got, want)
		}
		_ = c.Close()
	}
}
