package exact_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/internal/servertest"
)

// A Redis that is killed under load costs its hits and nothing else, and gives
// them again when it is back.
func TestARedisThatDiesUnderLoad(t *testing.T) {
	srv := servertest.Redis(t)
	v := newVisitors(t, "redis://"+srv.Addr())
	load := v.load(t)
	v.await(t, "hits", func() bool { return v.hits.Load() > 200 })

	srv.Kill()
	v.await(t, "misses after the server has died", func() bool { return !v.hit(t) })
	hits, before := v.hits.Load(), v.requests.Load()
	v.await(t, "requests without a server", func() bool { return v.requests.Load() > before+500 })
	down := v.requests.Load() - before
	if n := v.hits.Load() - hits; n > 4 { // those that were under way
		t.Errorf("%d hits while the server was dead", n)
	}

	srv.Start()
	back := time.Now()
	v.await(t, "hits after the server is back", func() bool { return v.hit(t) && v.hits.Load() > hits+200 })
	took := time.Since(back)
	load()
	t.Logf("requests %d, %d of them without a server, hits %d, failed %d, hits again after %v",
		v.requests.Load(), down, v.hits.Load(), v.failed.Load(), took.Round(time.Millisecond))
	if n := v.failed.Load(); n > 0 {
		t.Errorf("%d requests failed", n)
	}
}

// visitors ask a site over the network.
type visitors struct {
	url                    string
	client                 *http.Client
	requests, hits, failed atomic.Int64
}

func newVisitors(t *testing.T, store string) *visitors {
	t.Helper()
	db, _ := createRows(t)
	c, err := larder.Open(t.Context(), store, quiet)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(newSite(db, c).handler)
	t.Cleanup(func() {
		server.Close()
		_ = c.Close()
	})
	return &visitors{url: server.URL, client: server.Client()}
}

// load has a few visitors come again and again until stop is called.
func (v *visitors) load(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for i := n; ctx.Err() == nil; i++ {
				v.visit(i)
			}
		})
	}
	stop = func() {
		cancel()
		all.Wait()
	}
	t.Cleanup(stop)
	return stop
}

// visit asks for one page and counts the answer.
func (v *visitors) visit(i int) (hit bool) {
	path := [...]string{"known", "late", "nested"}[i%3]
	status, cache, err := v.get(fmt.Sprintf("/%s/%d", path, firstTag+i%tagged))
	v.requests.Add(1)
	if err != nil || status != http.StatusOK {
		v.failed.Add(1)
	}
	if hit = strings.Contains(cache, "; hit"); hit {
		v.hits.Add(1)
	}
	return hit
}

func (v *visitors) get(path string) (status int, cache string, err error) {
	answer, err := v.client.Get(v.url + path)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = answer.Body.Close() }()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, answer.Header.Get("Cache-Status"), err
}

func (v *visitors) hit(t *testing.T) bool {
	t.Helper()
	_, cache, err := v.get(fmt.Sprintf("/known/%d", firstTag))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(cache, "; hit")
}

func (v *visitors) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no %s within 20 s", what)
		}
	}
}
