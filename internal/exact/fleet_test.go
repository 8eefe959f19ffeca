package exact_test

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/fragment"
	"github.com/larder-go/larder/internal/servertest"
)

// onServers runs a test on Redis, a Cluster of Redis, and Memcached.
func onServers(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("redis", func(t *testing.T) { test(t, "redis://"+servertest.Redis(t).Addr()) })
	t.Run("near copies", func(t *testing.T) { test(t, "redis://"+servertest.Redis(t).Addr()+"?near=1MiB") })
	t.Run("cluster", func(t *testing.T) { test(t, "redis+cluster://"+servertest.RedisCluster(t, 3)[1].Addr()) })
	t.Run("memcached", func(t *testing.T) { test(t, "memcached://"+servertest.Memcached(t).Addr()) })
}

// fleet are caches on one server, each with connections and memory of its own,
// as in n processes.
func fleet(t *testing.T, url string, n int) []*larder.Cache {
	t.Helper()
	caches := make([]*larder.Cache, n)
	for i := range caches {
		c, err := larder.Open(t.Context(), url, quiet)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		if _, err := c.Has(t.Context(), "connected"); err != nil {
			t.Fatal(err)
		}
		caches[i] = c
	}
	return caches
}

// A medium is one way to ask a cache for something that make takes its time to
// make.
type medium func(c *larder.Cache, make func(context.Context) string) (ask func() string)

func aPage(c *larder.Cache, make func(context.Context) string) func() string {
	h := c.CachePage(time.Hour)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, make(r.Context()))
	}))
	return func() string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", "http://"+host+"/cold", nil))
		return w.Body.String()
	}
}

func aBlock(c *larder.Cache, make func(context.Context) string) func() string {
	set := template.Must(template.New("page").Funcs(fragment.Funcs()).Parse(`{{cache "1h" "cold"}}{{.Make ctx}}{{endcache}}`))
	views := fragment.Must(fragment.New(c, set))
	return func() string {
		w := httptest.NewRecorder()
		if err := views.Execute(context.Background(), w, maker{make}); err != nil {
			return err.Error()
		}
		return w.Body.String()
	}
}

type maker struct{ make func(context.Context) string }

func (m maker) Make(ctx context.Context) string { return m.make(ctx) }

func aValue(c *larder.Cache, make func(context.Context) string) func() string {
	return func() string {
		v, _ := larder.GetOrSet(context.Background(), c, "cold", time.Hour, func(ctx context.Context) (string, error) {
			return make(ctx), nil
		})
		return v
	}
}

// rushOn has callers of each cache ask at once, wants the text for each, and
// returns how long the slowest waited.
func rushOn(t *testing.T, caches []*larder.Cache, callers int, m medium, make func(context.Context) string) time.Duration {
	t.Helper()
	start := time.Now()
	var all sync.WaitGroup
	for _, c := range caches {
		ask := m(c, make)
		for range callers {
			all.Go(func() {
				if got := ask(); got != "text" {
					t.Errorf("got %q", got)
				}
			})
		}
	}
	all.Wait()
	return time.Since(start)
}

func TestAFleetMakesWhatIsColdOnce(t *testing.T) {
	onServers(t, func(t *testing.T, url string) {
		for name, m := range map[string]medium{"a page": aPage, "a block": aBlock, "a value": aValue} {
			t.Run(name, func(t *testing.T) {
				caches := fleet(t, url, 3)
				var runs atomic.Int64
				rushOn(t, caches, 50, m, func(context.Context) string {
					runs.Add(1)
					time.Sleep(300 * time.Millisecond)
					return "text"
				})
				if n := runs.Load(); n != 1 {
					t.Errorf("made %d times, want once", n)
				}
			})
		}
	})
}

// A cache that was closed renews nothing, as if its process had died: the others
// wait until its lease has run out, and not for it.
func TestAFleetLosesTheOneItWaitsFor(t *testing.T) {
	onServers(t, func(t *testing.T, url string) {
		caches := fleet(t, url, 3)
		begun, hang := make(chan bool), make(chan bool)
		var first sync.WaitGroup
		ask := aPage(caches[0], func(context.Context) string { close(begun); <-hang; return "text" })
		first.Go(func() { ask() })
		<-begun
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = caches[0].Shutdown(ctx)
		var runs atomic.Int64
		took := rushOn(t, caches[1:], 50, aPage, func(context.Context) string { runs.Add(1); return "text" })
		if n := runs.Load(); n > 2 || took > 6*time.Second {
			t.Errorf("made %d times after %v; want once in each process at most, when three seconds are over", n, took)
		}
		close(hang)
		first.Wait()
	})
}

func TestAFleetLosesItsServerWhileItWaits(t *testing.T) {
	srv := servertest.Redis(t)
	caches := fleet(t, "redis://"+srv.Addr(), 3)
	var runs atomic.Int64
	time.AfterFunc(500*time.Millisecond, srv.Kill)
	took := rushOn(t, caches, 20, aPage, func(context.Context) string {
		runs.Add(1)
		time.Sleep(2 * time.Second)
		return "text"
	})
	if n := runs.Load(); n < 3 || took > 6*time.Second {
		t.Errorf("made %d times, the last one waited %v; want each process to go on by itself", n, took)
	}
}

// Five processes that waited for each other in turn would take five times as
// long as one.
func TestAFleetDoesNotQueueForWhatIsNotKept(t *testing.T) {
	onServers(t, func(t *testing.T, url string) {
		const render = 400 * time.Millisecond
		took := rushOn(t, fleet(t, url, 5), 1, aPage, func(ctx context.Context) string {
			time.Sleep(render)
			larder.NoStore(ctx)
			return "text"
		})
		if took > 4*render {
			t.Errorf("the last one waited %v, one render takes %v", took, render)
		}
	})
}

// What one process makes needs what another one makes, and the other way round,
// while visitors of both ask for both.
func TestAFleetDoesNotWaitInACircle(t *testing.T) {
	onServers(t, func(t *testing.T, url string) {
		start := time.Now()
		var all sync.WaitGroup
		for i, c := range fleet(t, url, 2) {
			value := func(ctx context.Context, key int, load func(ctx context.Context) (string, error)) {
				if v, err := larder.GetOrSet(ctx, c, fmt.Sprint(key), time.Hour, load); v == "" {
					t.Errorf("%q, %v", v, err)
				}
			}
			plain := func(context.Context) (string, error) { return "text", nil }
			all.Go(func() {
				value(context.Background(), i, func(ctx context.Context) (string, error) {
					time.Sleep(300 * time.Millisecond)
					value(ctx, 1-i, plain)
					return "text", nil
				})
			})
			for range 5 {
				all.Go(func() {
					time.Sleep(100 * time.Millisecond)
					value(context.Background(), 1-i, plain)
				})
			}
		}
		all.Wait()
		if took := time.Since(start); took > 2500*time.Millisecond {
			t.Errorf("it took %v", took)
		}
	})
}
