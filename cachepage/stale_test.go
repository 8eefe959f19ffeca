package cachepage_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

func TestStaleWhileRevalidateWithoutAServer(t *testing.T) {
	s, v := newSite(t), numbered()
	h := s.cached(v, cachepage.StaleWhileRevalidate(30*time.Second))
	get(h, "/p")
	s.clock.Advance(70 * time.Second)
	a := get(h, "/p")
	want(t, "the old page", a.body, "1")
	want(t, "Cache-Status", a.cache(), "larder; hit; ttl=-10; detail=stale-while-revalidate")
	want(t, "Age", a.get("Age"), "70")
	want(t, "made anew in the same request", v.runs.Load(), 2)
	want(t, "the new page", get(h, "/p").body, "2")
	s.clock.Advance(91 * time.Second)
	want(t, "beyond the window", get(h, "/p").cache(), "larder; fwd=stale; fwd-status=200; stored")
}

// TestOneOfTwoProcessesMakesAStalePageAnew: the other one shows the old page and
// leaves it at that.
func TestOneOfTwoProcessesMakesAStalePageAnew(t *testing.T) {
	shared, v := &counting{}, &view{}
	var elsewhere http.Handler
	v.serve = func(w http.ResponseWriter, r *http.Request) {
		if v.runs.Load() == 2 {
			want(t, "the old page, while it is made anew elsewhere", get(elsewhere, "/p").body, "1")
		}
		fmt.Fprint(w, v.runs.Load())
	}
	here, there := newSiteOn(t, shared), newSiteOn(t, shared)
	h := here.cached(v, cachepage.StaleWhileRevalidate(time.Hour))
	elsewhere = there.cached(v, cachepage.StaleWhileRevalidate(time.Hour))
	get(h, "/p")
	here.clock.Advance(70 * time.Second)
	there.clock.Advance(70 * time.Second)
	want(t, "the old page", get(h, "/p").body, "1")
	want(t, "runs", v.runs.Load(), 2)
	want(t, "the new page elsewhere", get(elsewhere, "/p").body, "2")
}

func TestAPanicOfARefreshIsNotTheVisitors(t *testing.T) {
	s, v := newSite(t), &view{}
	v.serve = func(w http.ResponseWriter, r *http.Request) {
		if v.runs.Load() > 1 {
			panic("boom")
		}
		io.WriteString(w, "x")
	}
	h := s.cached(v, cachepage.StaleWhileRevalidate(time.Hour))
	get(h, "/p")
	s.clock.Advance(2 * time.Minute)
	want(t, "the old page", get(h, "/p").body, "x")
	want(t, "log", strings.Contains(s.log.String(), "panic while refreshing a page"), true)
}

// refreshed serves h, lets its page become stale, waits until it is anew and
// returns both texts.
func refreshed(t *testing.T, s *site, h http.Handler, path string, lines ...string) (before, after string) {
	t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	old := fetch(t, srv, path, lines...)
	s.clock.Advance(70 * time.Second)
	a := fetch(t, srv, path, lines...)
	want(t, "the old page at once", a.body, old.body)
	want(t, "Cache-Status", a.cache(), "larder; hit; ttl=-10; detail=stale-while-revalidate")
	soon(t, "a new page", func() bool { return fetch(t, srv, path, lines...).cache() == "larder; hit; ttl=60" })
	return old.body, fetch(t, srv, path, lines...).body
}

func TestStaleWhileRevalidateThroughTheServer(t *testing.T) {
	window := cachepage.StaleWhileRevalidate(time.Hour)
	t.Run("by a request of its own, through all middlewares", func(t *testing.T) {
		s, v := newSite(t), numbered()
		var outer atomic.Int32
		cached := s.cached(v, window)
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { outer.Add(1); cached.ServeHTTP(w, r) })
		refreshed(t, s, h, "/p?a=1")
		want(t, "runs", v.runs.Load(), 2)
		want(t, "the middleware ran for it too", outer.Load() > 3, true)
	})
	t.Run("by chi with a prefix stripped and a tag from the path", func(t *testing.T) {
		s, v := newSite(t), numbered()
		m := chi.NewRouter()
		m.With(s.CachePage(time.Minute, window, cachepage.Tags("p:{id}"))).Get("/p/{id}", v.ServeHTTP)
		refreshed(t, s, http.StripPrefix("/shop", m), "/shop/p/7")
	})
	for name, lines := range map[string][]string{
		"a path with two slashes": nil,
		"a variant by header":     {"Accept-Language: de"},
		"a variant by cookie":     {"Cookie: lang=de"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Vary", "Accept-Language")
				fmt.Fprint(w, r.URL.Path, r.Header.Get("Accept-Language"))
			}}
			language := func(r *http.Request) string {
				if c, err := r.Cookie("lang"); err == nil {
					return c.Value
				}
				return ""
			}
			before, after := refreshed(t, s, s.cached(v, window, cachepage.VaryBy("language", language)), "//a//b", lines...)
			want(t, "the new page is of the same URL", after, before)
			want(t, "runs", v.runs.Load(), 2)
		})
	}
	t.Run("without what is the visitor's alone", func(t *testing.T) {
		s := newSite(t)
		var cookies atomic.Value
		v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
			cookies.Store(r.Header.Get("Cookie") + r.Header.Get("Range") + r.Header.Get("If-None-Match"))
			io.WriteString(w, "x")
		}}
		refreshed(t, s, s.cached(v, window), "/p", "Cookie: theme=dark", `If-None-Match: "other"`)
		want(t, "seen by the handler", cookies.Load(), any(""))
	})
	t.Run("once for many visitors, and a panic of it is only logged", func(t *testing.T) {
		s, v, goOn := newSite(t), &view{}, make(chan bool)
		v.serve = func(w http.ResponseWriter, r *http.Request) {
			if v.runs.Load() > 1 {
				<-goOn
				panic("boom")
			}
			io.WriteString(w, "x")
		}
		srv := httptest.NewServer(s.cached(v, window))
		defer srv.Close()
		fetch(t, srv, "/p")
		s.clock.Advance(70 * time.Second)
		for range 10 {
			want(t, "the old page", fetch(t, srv, "/p").body, "x")
		}
		soon(t, "refresh", func() bool { return v.runs.Load() == 2 })
		close(goOn)
		soon(t, "log", func() bool { return strings.Contains(s.log.String(), "panic while refreshing a page") })
		want(t, "runs", v.runs.Load(), 2)
	})
}

func TestStaleIfError(t *testing.T) {
	for name, c := range map[string]struct {
		fail   func(w http.ResponseWriter)
		after  time.Duration
		hidden bool
		status string // of Cache-Status where hidden
	}{
		"500":               {func(w http.ResponseWriter) { w.WriteHeader(500) }, 70 * time.Second, true, "; fwd-status=500"},
		"502":               {func(w http.ResponseWriter) { w.WriteHeader(502) }, 70 * time.Second, true, "; fwd-status=502"},
		"503 with a body":   {func(w http.ResponseWriter) { http.Error(w, "down", http.StatusServiceUnavailable) }, 70 * time.Second, true, "; fwd-status=503"},
		"504":               {func(w http.ResponseWriter) { w.WriteHeader(504) }, 70 * time.Second, true, "; fwd-status=504"},
		"501 is an answer":  {func(w http.ResponseWriter) { w.WriteHeader(501) }, 70 * time.Second, false, ""},
		"404 is an answer":  {func(w http.ResponseWriter) { w.WriteHeader(404) }, 70 * time.Second, false, ""},
		"beyond the window": {func(w http.ResponseWriter) { w.WriteHeader(500) }, 2 * time.Hour, false, ""},
		"panic":             {func(w http.ResponseWriter) { panic("boom") }, 70 * time.Second, true, ""},
		"panic after some bytes": {func(w http.ResponseWriter) {
			w.Header().Set("X-Broken", "1")
			io.WriteString(w, "half")
			panic("boom")
		}, 70 * time.Second, true, "; fwd-status=200"},
	} {
		t.Run(name, func(t *testing.T) {
			s, v := newSite(t), &view{}
			v.serve = func(w http.ResponseWriter, r *http.Request) {
				if v.runs.Load() == 2 {
					w.Header().Set("X-Broken", "1")
					c.fail(w)
					return
				}
				io.WriteString(w, "good")
			}
			h := s.cached(v, cachepage.StaleIfError(time.Hour))
			get(h, "/p")
			s.clock.Advance(c.after)
			a := get(h, "/p")
			want(t, "hidden", a.body == "good", c.hidden)
			if c.hidden {
				want(t, "status", a.status, 200)
				want(t, "nothing of the failure", a.get("X-Broken"), "")
				want(t, "Cache-Status", strings.HasPrefix(a.cache(), "larder; fwd=stale"+c.status+"; ttl=-10"), true)
				want(t, "detail", strings.HasSuffix(a.cache(), "; detail=stale-if-error"), true)
			}
			want(t, "next time it is tried again", get(h, "/p").body, "good")
			want(t, "runs", v.runs.Load(), 3)
		})
	}
	t.Run("not what must be revalidated", func(t *testing.T) {
		s, v := newSite(t), &view{}
		v.serve = func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "must-revalidate")
			w.WriteHeader([]int{200, 500}[v.runs.Load()-1])
		}
		h := s.cached(v, cachepage.StaleIfError(time.Hour))
		get(h, "/p")
		s.clock.Advance(70 * time.Second)
		want(t, "status", get(h, "/p").status, 500)
	})
	t.Run("ErrAbortHandler is meant", func(t *testing.T) {
		s, v := newSite(t), &view{}
		v.serve = func(w http.ResponseWriter, r *http.Request) {
			if v.runs.Load() == 2 {
				panic(http.ErrAbortHandler)
			}
		}
		h := s.cached(v, cachepage.StaleIfError(time.Hour))
		get(h, "/p")
		s.clock.Advance(70 * time.Second)
		want(t, "panic", panics(func() { get(h, "/p") }), any(http.ErrAbortHandler))
	})
}

func TestSoftInvalidation(t *testing.T) {
	for name, c := range map[string]struct {
		opts []cachepage.Option
		body string // of the next request
		then string // of the one after that
	}{
		"with stale-while-revalidate the old page once more": {[]cachepage.Option{cachepage.StaleWhileRevalidate(time.Hour)}, "1", "2"},
		"without it a new page at once":                      {nil, "2", "2"},
		"stale-if-error alone is for errors":                 {[]cachepage.Option{cachepage.StaleIfError(time.Hour)}, "2", "2"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.cached(numbered(), append(c.opts, cachepage.Tags("x"))...)
			get(h, "/p")
			if err := s.InvalidateSoft(t.Context(), "x"); err != nil {
				t.Fatal(err)
			}
			want(t, "next", get(h, "/p").body, c.body)
			want(t, "then", get(h, "/p").body, c.then)
		})
	}
	t.Run("does not hide an error where no window was given", func(t *testing.T) {
		s, v := newSite(t), &view{}
		v.serve = func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader([]int{200, 500}[v.runs.Load()-1])
		}
		h := s.cached(v, cachepage.Tags("x"))
		get(h, "/p")
		s.InvalidateSoft(t.Context(), "x")
		want(t, "status", get(h, "/p").status, 500)
	})
	t.Run("MaxTTL ends the windows too", func(t *testing.T) {
		s, v := newSite(t), &view{}
		v.serve = func(w http.ResponseWriter, r *http.Request) {
			larder.MaxTTL(r.Context(), 10*time.Second)
			fmt.Fprint(w, v.runs.Load())
		}
		h := s.cached(v, cachepage.StaleWhileRevalidate(time.Hour))
		get(h, "/p")
		s.clock.Advance(11 * time.Second)
		want(t, "not stale", get(h, "/p").body, "2")
	})
}
