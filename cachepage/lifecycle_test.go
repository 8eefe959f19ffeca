package cachepage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

func TestStoreAndLifecycle(t *testing.T) {
	t.Run("E5_38 nothing partial is kept, and followers are let go", func(t *testing.T) {
		for name, fail := range map[string]func(w http.ResponseWriter){
			"panic":           func(w http.ResponseWriter) { io.WriteString(w, "half"); panic("boom") },
			"ErrAbortHandler": func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
			"short of its Content-Length": func(w http.ResponseWriter) {
				w.Header().Set("Content-Length", "10")
				io.WriteString(w, "half")
			},
			"over its Content-Length": func(w http.ResponseWriter) {
				w.Header().Set("Content-Length", "2")
				io.WriteString(w, "ha")
				io.WriteString(w, "lf")
			},
		} {
			begun, goOn := make(chan bool), make(chan bool)
			v := &view{}
			v.serve = func(w http.ResponseWriter, r *http.Request) {
				if v.runs.Load() == 1 {
					close(begun)
					<-goOn
					fail(w)
					return
				}
				io.WriteString(w, "whole")
			}
			h := newSite(t).cached(v)
			var wg sync.WaitGroup
			wg.Go(func() { panics(func() { get(h, "/p") }) })
			<-begun
			for range 5 {
				wg.Go(func() { want(t, name+": follower", get(h, "/p").body, "whole") })
			}
			close(goOn)
			wg.Wait()
			want(t, name+": afterwards", get(h, "/p").body, "whole")
		}
	})
	t.Run("E5_39 trailers bypass, declared or not", func(t *testing.T) {
		refused(t, &view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", "X-Sum")
			io.WriteString(w, "x")
			w.Header().Set("X-Sum", "1")
		}}, "trailer")
		refused(t, &view{serve: func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "x")
			w.Header().Set(http.TrailerPrefix+"X-Sum", "1")
		}}, "trailer")
	})
	t.Run("E5_39 a request for another protocol", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		want(t, "Upgrade", get(h, "/p", "Connection: upgrade", "Upgrade: websocket").cache(), "larder; fwd=bypass; fwd-status=200; detail=upgrade")
	})
	t.Run("E5_40 fields of the connection are not kept", func(t *testing.T) {
		h := newSite(t).cached(page("x", "Connection: close, X-Hop", "X-Hop: 1", "Keep-Alive: 1", "Proxy-Authenticate: Basic", "X-End: 1"))
		get(h, "/p")
		a := get(h, "/p")
		for _, name := range []string{"Connection", "X-Hop", "Keep-Alive", "Proxy-Authenticate"} {
			want(t, name, a.get(name), "")
		}
		want(t, "X-End", a.get("X-End"), "1")
	})
	t.Run("E5_41 a body over the limit passes and is not kept", func(t *testing.T) {
		for _, chunks := range []int{1, 3, 50} {
			h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
				for range chunks {
					w.Write(bytes.Repeat([]byte("x"), 2000))
				}
			}}, cachepage.MaxBody(1999))
			want(t, "whole", len(get(h, "/p").body), chunks*2000)
			want(t, "kept", get(h, "/p").hit(), false)
		}
	})
	t.Run("E5_42 a flood of URLs stays within the store's bound", func(t *testing.T) {
		h := newSite(t).cached(page(strings.Repeat("x", 1<<20)))
		for i := range 80 { // 80 MiB into 64
			get(h, fmt.Sprint("/p?", i))
		}
		want(t, "still works", len(get(h, "/last").body), 1<<20)
	})
	t.Run("E5_42 a header too large to keep", func(t *testing.T) {
		h := newSite(t).cached(page("x", "X-Large: "+strings.Repeat("x", 1<<18)))
		want(t, "why", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; detail=header-too-large")
		var lines []string
		for i := range 300 {
			lines = append(lines, fmt.Sprintf("X-%d: 1", i))
		}
		h = newSite(t).cached(page("x", lines...))
		want(t, "too many", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; detail=header-too-large")
	})
	t.Run("E5_44 what was tampered with in the store is a miss", func(t *testing.T) {
		far := &counting{}
		h := newSiteOn(t, far).cached(numbered())
		get(h, "/p")
		want(t, "hit", get(h, "/p").hit(), true)
		far.mu.Lock()
		for k, v := range far.items {
			if len(v) > 100 {
				far.items[k] = append(slices.Clone(v[:len(v)-6]), []byte("evil!!")...)
			}
		}
		far.mu.Unlock()
		want(t, "afterwards", get(h, "/p").body, "2")
	})
	t.Run("E5_45 hostile URLs make harmless keys", func(t *testing.T) {
		far := &counting{}
		h := newSiteOn(t, far).cached(numbered())
		get(h, "/a%20b%0Ac?"+strings.Repeat("x", 3000)+"{}*~")
		for k := range far.items {
			bad := strings.IndexFunc(k, func(c rune) bool { return c <= ' ' || c > '~' })
			want(t, "printable", bad, -1)
			want(t, "short", len(k) <= 250, true)
		}
	})
	t.Run("E5_49 Cache-Status shows no key", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		for range 2 {
			want(t, "key", strings.Contains(get(h, "/p?token=secret").cache(), "key="), false)
		}
	})
	t.Run("E5_54 Age is never negative, an absurd lifetime never overflows", func(t *testing.T) {
		s := newSite(t)
		h := s.CachePage(larder.DefaultTTL)(page("x", "Cache-Control: max-age=99999999999999999999", "Age: 99999999999"))
		get(h, "/p")
		s.clock.Advance(-24 * time.Hour)
		a := get(h, "/p")
		want(t, "hit", a.hit(), true)
		want(t, "Age", strings.HasPrefix(a.get("Age"), "-"), false)
	})
}

// TestATimeoutAroundTheCacheAnswers for a handler that gave up without a word,
// as chi's Timeout does.
func TestATimeoutAroundTheCacheAnswers(t *testing.T) {
	h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "GET" || r.Header.Get("Cookie") != "" {
			<-r.Context().Done()
		}
	}})
	timeout := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Nanosecond)
		defer cancel()
		if h.ServeHTTP(w, r.WithContext(ctx)); ctx.Err() != nil {
			w.WriteHeader(http.StatusGatewayTimeout)
		}
	})
	want(t, "signed in", get(timeout, "/p", "Cookie: session=1").status, http.StatusGatewayTimeout)
	want(t, "HEAD", do(timeout, "HEAD", "/p").status, http.StatusGatewayTimeout)
	get(h, "/p")
	want(t, "POST", do(timeout, "POST", "/p").status, http.StatusGatewayTimeout)
	want(t, "what the POST may have changed is gone", get(h, "/p").hit(), false)
}

// Nor is there an answer in its place where others must not wait for it, and so
// nobody else needs its render.
func TestATimeoutAnswersForARenderOfItsOwn(t *testing.T) {
	for name, ask := range map[string]*http.Request{
		"Authorization":   request("GET", "/p", "Authorization: a"),
		"a forced reload": request("GET", "/p", "Cache-Control: no-cache"),
		"HEAD":            request("HEAD", "/p", "Cache-Control: no-cache"),
		"POST":            request("POST", "/p"),
	} {
		t.Run(name, func(t *testing.T) {
			s, giveUp := newSite(t), context.CancelFunc(func() {})
			v := page("x", "Cache-Control: max-age=60, public")
			h := s.follow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if giveUp(); r.Context().Err() == nil {
					v.ServeHTTP(w, r)
				}
			}))
			if ask.Method == "HEAD" || ask.Header.Get("Cache-Control") != "" {
				get(h, "/p")
			}
			ctx, cancel := context.WithCancel(t.Context())
			giveUp = cancel
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, ask.WithContext(ctx)); ctx.Err() != nil {
				w.WriteHeader(http.StatusGatewayTimeout)
			}
			want(t, "status", w.Code, http.StatusGatewayTimeout)
			giveUp = func() {}
			want(t, "nobody is held up", get(h, "/p").status, http.StatusOK)
		})
	}
}
