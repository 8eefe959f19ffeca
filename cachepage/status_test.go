package cachepage_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/observe"
)

func TestCacheStatus(t *testing.T) {
	t.Run("miss, hit, end of its time", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(numbered())
		want(t, "miss", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; stored")
		s.clock.Advance(1500 * time.Millisecond)
		want(t, "hit", get(h, "/p").cache(), "larder; hit; ttl=58")
		s.clock.Advance(time.Minute)
		want(t, "end", get(h, "/p").cache(), "larder; fwd=stale; fwd-status=200; stored")
	})
	t.Run("another variant of a known URL", func(t *testing.T) {
		h := newSite(t).cached(numbered("Vary: X-A"))
		get(h, "/p", "X-A: 1")
		want(t, "miss", get(h, "/p", "X-A: 2").cache(), "larder; fwd=miss; fwd-status=200; stored")
	})
	t.Run("a wait", func(t *testing.T) {
		v := numbered()
		h := newSite(t).cached(v)
		want(t, "wait", ask(h, v, "on a wait", nil).cache(), "larder; fwd=uri-miss; ttl=60; collapsed")
	})
	t.Run("it is appended to what caches nearer to the origin said", func(t *testing.T) {
		h := newSite(t).cached(page("x", "Cache-Status: origin; hit"))
		want(t, "miss", get(h, "/p").cache(), "origin; hit | larder; fwd=uri-miss; fwd-status=200; stored")
		want(t, "hit", get(h, "/p").cache(), "origin; hit | larder; hit; ttl=60")
		want(t, "and does not grow", get(h, "/p").cache(), "origin; hit | larder; hit; ttl=60")
	})
	t.Run("what an outer handler had said stays", func(t *testing.T) {
		inner := newSite(t).cached(page("x"))
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Status", "front; fwd=miss")
			inner.ServeHTTP(w, r)
		})
		want(t, "miss", get(h, "/p").cache(), "front; fwd=miss | larder; fwd=uri-miss; fwd-status=200; stored")
		want(t, "hit", get(h, "/p").cache(), "front; fwd=miss | larder; hit; ttl=60")
	})
	t.Run("a URL that lately could not be kept", func(t *testing.T) {
		h := newSite(t).cached(status(404))
		for range 2 {
			want(t, "each time", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=404; detail=status")
		}
	})
}

func TestHitForMissNobodyQueuesOnWhatCannotBeKept(t *testing.T) {
	s := newSite(t)
	begun, goOn := make(chan bool, 3), make(chan bool)
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Slow") != "" {
			begun <- true
			<-goOn
		}
		w.Header().Set("Cache-Control", "private")
		io.WriteString(w, "x")
	}}
	h := s.cached(v)
	get(h, "/p") // remembered for ten seconds
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() { get(h, "/p", "X-Slow: 1") })
	}
	for range 3 { // all run at once: none waits for another
		<-begun
	}
	close(goOn)
	wg.Wait()
	want(t, "runs", v.runs.Load(), 4)
}

// A hook that goes wrong once spoils one request, and the next one does not wait
// for a render that nobody ends.
func TestAHookThatPanicsHoldsNobodyUp(t *testing.T) {
	calls := 0
	hooks := &observe.Hooks{Lookup: func(context.Context, observe.Lookup) {
		if calls++; calls == 1 {
			panic("a hook went wrong")
		}
	}}
	s := newSite(t, larder.WithHooks(hooks))
	h := s.cached(numbered())
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach the server")
			}
		}()
		get(h, "/p")
	}()
	began := time.Now()
	want(t, "body", get(h, "/p").body, "1")
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the next request waited for %v", took)
	}
}

func TestHooksTellWhatHappened(t *testing.T) {
	var mu sync.Mutex
	var seen []string
	hooks := &observe.Hooks{Lookup: func(_ context.Context, l observe.Lookup) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, l.Face+" "+l.Name+" "+l.Outcome.String()+" "+l.Reason)
	}}
	s := newSite(t, larder.WithHooks(hooks))
	h := s.cached(numbered(), cachepage.StaleWhileRevalidate(time.Hour))
	for _, c := range []struct {
		do   func()
		says string
	}{
		{func() { get(h, "/p") }, "page /p miss uri-miss"},
		{func() { get(h, "/p") }, "page /p hit "},
		{func() { do(h, "POST", "/q") }, "page /q bypass method"},
		{func() { do(h, "HEAD", "/q") }, "page /q miss uri-miss"},
		{func() { s.clock.Advance(61 * time.Second); get(h, "/p") }, "page /p stale stale"},
	} {
		seen = nil
		c.do()
		if len(seen) != 1 || seen[0] != c.says {
			t.Errorf("events %q, want %q", seen, c.says)
		}
	}
}
