package cachepage_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

// show prints what a visitor gets.
func show(h http.Handler, target string, lines ...string) {
	a := get(h, target, lines...)
	fmt.Println(a.status, a.body, "|", a.get("Cache-Status"))
}

func newCache() *larder.Cache {
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c, err := larder.Open(context.Background(), "memory://", larder.WithClock(func() time.Time { return noon }))
	if err != nil {
		panic(err)
	}
	return c
}

// A page is made once; an Invalidate of its tag makes it anew.
func ExampleTags() {
	cache, price := newCache(), 10
	defer cache.Close()
	mux := http.NewServeMux()
	mux.Handle("GET /product/{id}", cache.CachePage(15*time.Minute,
		cachepage.Tags("product:{id}"),
	)(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "product %s: %d francs", r.PathValue("id"), price)
	})))

	show(mux, "/product/7")
	price = 12
	show(mux, "/product/7")
	cache.Invalidate(context.Background(), "product:7")
	show(mux, "/product/7")
	// Output:
	// 200 product 7: 10 francs | larder; fwd=uri-miss; fwd-status=200; stored
	// 200 product 7: 10 francs | larder; hit; ttl=900
	// 200 product 7: 12 francs | larder; fwd=uri-miss; fwd-status=200; stored
}

// Links from campaigns share the page of the plain link, and the handler does
// not see what is not in the key.
func ExampleIgnoreQuery() {
	cache := newCache()
	defer cache.Close()
	h := cache.CachePage(larder.Forever, cachepage.IgnoreQuery("utm_*", "fbclid"))(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL) }))

	show(h, "/news?page=2&utm_source=letter")
	fmt.Println(get(h, "/news?page=2").hit())
	// Output:
	// 200 /news?page=2 | larder; fwd=uri-miss; fwd-status=200; stored
	// true
}

// The browser keeps its copy and asks each time: an Invalidate on the server
// shows on the next click.
func ExampleBrowserTTL() {
	cache := newCache()
	defer cache.Close()
	h := cache.CachePage(time.Hour, cachepage.BrowserTTL(0))(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "front page") }))

	first := get(h, "/")
	fmt.Println(first.get("Cache-Control"))
	fmt.Println(get(h, "/", "If-None-Match: "+first.get("Etag")).status)
	// Output:
	// no-cache
	// 304
}

// Two languages of one page, told apart by what the app makes of the request.
func ExampleVaryBy() {
	cache := newCache()
	defer cache.Close()
	language := func(r *http.Request) string {
		if r.Header.Get("Accept-Language") == "de-CH" {
			return "de"
		}
		return "en"
	}
	h := cache.CachePage(time.Hour, cachepage.VaryBy("language", language))(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, map[string]string{"de": "Grüezi", "en": "Hello"}[language(r)])
		}))

	fmt.Println(get(h, "/", "Accept-Language: de-CH").body)
	fmt.Println(get(h, "/", "Accept-Language: fr").body)
	fmt.Println(get(h, "/", "Accept-Language: en-US").hit())
	// Output:
	// Grüezi
	// Hello
	// true
}

// While the database is away, visitors get the last good page.
func ExampleStaleIfError() {
	now := time.Now()
	cache, err := larder.Open(context.Background(), "", larder.WithClock(func() time.Time { return now }))
	if err != nil {
		panic(err)
	}
	defer cache.Close()
	broken := false
	h := cache.CachePage(time.Minute, cachepage.StaleIfError(time.Hour))(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken {
				http.Error(w, "no database", http.StatusInternalServerError)
				return
			}
			fmt.Fprint(w, "top ten")
		}))

	get(h, "/top")
	broken, now = true, now.Add(5*time.Minute)
	show(h, "/top")
	// Output:
	// 200 top ten | larder; fwd=stale; fwd-status=500; ttl=-240; detail=stale-if-error
}

// Drafts are never read from the cache, nor kept.
func ExampleBypass() {
	cache := newCache()
	defer cache.Close()
	drafts := func(r *http.Request) bool { return r.URL.Query().Has("draft") }
	h := cache.CachePage(time.Hour, cachepage.Bypass(drafts))(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "text") }))

	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/?draft", nil))
	fmt.Println(w.Header().Get("Cache-Status"))
	// Output:
	// larder; fwd=bypass; fwd-status=200; detail=rule
}
