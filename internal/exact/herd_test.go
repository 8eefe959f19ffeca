package exact_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
)

// herd is how many ask for a cold page at once.
const herd = 500

func TestAHerdOnAColdPageRunsTheHandlerOnce(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c, err := larder.Open(t.Context(), url, quiet)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		var arrived, runs atomic.Int64
		all := make(chan struct{}) // closed when everybody has come
		page := c.CachePage(time.Hour)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			runs.Add(1)
			<-all
			_, _ = io.WriteString(w, "page")
		}))
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if arrived.Add(1) == herd {
				close(all)
			}
			page.ServeHTTP(w, r)
		}))
		t.Cleanup(server.Close)
		served := stampede(server)
		t.Logf("%d requests, %d served, %d runs", herd, served, runs.Load())
		if served != herd || runs.Load() != 1 {
			t.Errorf("%d of %d were served, the handler ran %d times; want once", served, herd, runs.Load())
		}
	})
}

// stampede counts those who got the page.
func stampede(server *httptest.Server) int64 {
	var served atomic.Int64
	var all sync.WaitGroup
	for range herd {
		all.Go(func() {
			answer, err := server.Client().Get(server.URL + "/cold")
			if err != nil {
				return
			}
			defer func() { _ = answer.Body.Close() }()
			body, err := io.ReadAll(answer.Body)
			if err == nil && answer.StatusCode == http.StatusOK && string(body) == "page" {
				served.Add(1)
			}
		})
	}
	all.Wait()
	return served.Load()
}
