package larder_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

func TestSmoke(t *testing.T) {
	c, err := larder.Open(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var runs atomic.Int32
	h := c.CachePage(time.Minute, cachepage.Tags("x"))(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := runs.Add(1)
		w.Header().Set("Vary", "Accept-Language")
		v, err := larder.GetOrSet(r.Context(), c, "val", time.Minute, func(ctx context.Context) (int, error) { larder.Tag(ctx, "inner"); return int(n) * 10, nil })
		fmt.Fprintln(w, n, r.Header.Get("Accept-Language"), v, err)
	}))
	get := func(lang string) {
		r := httptest.NewRequest("GET", "/p?x=1", nil)
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		t.Log(w.Code, w.Header(), w.Body.String())
	}
	get("en")
	get("en")
	get("de")
	get("en")
	get("en")
	c.Invalidate(context.Background(), "inner")
	get("en")
	get("en")
	var wg sync.WaitGroup
	c.Clear(context.Background())
	runs.Store(0)
	for range 500 {
		wg.Go(func() {
			r := httptest.NewRequest("GET", "/p?x=1", nil)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
		})
	}
	wg.Wait()
	t.Log(runs.Load())
	larder.Set(context.Background(), c, "n", 5, time.Minute)
	t.Log(c.Incr(context.Background(), "n", 3))
	t.Log(larder.Get[int](context.Background(), c, "n"))
}
