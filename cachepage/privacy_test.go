package cachepage_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

// The checklist of attacks on page caches, point by point.

// refused expects a page that is served and not kept, for that reason.
func refused(t *testing.T, v http.Handler, detail string, lines ...string) {
	t.Helper()
	h := newSite(t).cached(v)
	for range 2 {
		a := get(h, "/p", lines...)
		want(t, detail, strings.HasSuffix(a.cache(), "; detail="+detail), true)
	}
	want(t, detail+": another visitor's hit", get(h, "/p").hit(), false)
}

// TestPrivacyOfVariants: a page is kept for what its visitor sent, whatever has
// become of the request since.
func TestPrivacyOfVariants(t *testing.T) {
	h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "Cookie")
		fmt.Fprintf(w, "for %q", r.Header.Get("Cookie"))
		r.Header.Del("Cookie")
	}})
	want(t, "one visitor", get(h, "/p", "Cookie: name=ann").body, `for "name=ann"`)
	want(t, "one without a cookie", get(h, "/p").body, `for ""`)
	want(t, "the first one again", get(h, "/p", "Cookie: name=ann").hit(), true)
}

func TestPrivacyOfResponses(t *testing.T) {
	t.Run("E1_1 a response that sets a cookie", func(t *testing.T) {
		refused(t, page("x", "Set-Cookie: id=1"), "set-cookie")
		refused(t, page("x", "Set-Cookie: id=1", "Cache-Control: public, max-age=60"), "set-cookie")
		refused(t, page("x", "Set-Cookie2: id=1"), "set-cookie")
	})
	t.Run("E1_1 whatever the spelling of its name", func(t *testing.T) {
		for line, detail := range map[string]string{"set-cookie: id=1": "set-cookie", "cache-control: private": "private", "VARY: *": "vary-star"} {
			name, value, _ := strings.Cut(line, ": ")
			refused(t, &view{serve: func(w http.ResponseWriter, r *http.Request) {
				w.Header()[name] = []string{value}
				io.WriteString(w, "x")
			}}, detail)
		}
	})
	t.Run("E1_2 a request with Authorization neither reads nor writes", func(t *testing.T) {
		refused(t, page("x"), "authorization", "Authorization: Bearer a")
		h := newSite(t).cached(numbered())
		get(h, "/p")
		want(t, "does not read", get(h, "/p", "Authorization: Bearer a").body, "2")
		want(t, "does not write", get(h, "/p").body, "1")
	})
	t.Run("E1_2 not even where a middleware takes it off the request", func(t *testing.T) {
		refused(t, &view{serve: func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Authorization")
			io.WriteString(w, "yours alone")
		}}, "authorization", "Authorization: Bearer a")
	})
	t.Run("E1_2 not even in place of an error", func(t *testing.T) {
		s, broken := newSite(t), false
		h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			if broken {
				w.WriteHeader(500)
			}
			io.WriteString(w, r.Header.Get("Authorization"))
		}}, cachepage.StaleIfError(time.Hour))
		get(h, "/p")
		broken = true
		want(t, "status", get(h, "/p", "Authorization: Bearer a").status, 500)
	})
	t.Run("E1_3 private, no-store, no-cache in any spelling", func(t *testing.T) {
		for _, c := range []struct{ line, detail string }{
			{"Private", "private"}, {"max-age=60 ,\tPRIVATE", "private"}, {`private="set-cookie"`, "private"},
			{"No-Store", "no-store"}, {"NO-CACHE", "no-cache"}, {`no-cache="x"`, "no-cache"}, {`a="b, c", private`, "private"},
		} {
			refused(t, page("x", "Cache-Control: "+c.line), c.detail)
			refused(t, page("x", "Cache-Control: max-age=60", "Cache-Control: "+c.line), c.detail)
		}
	})
	t.Run("E1_4 Vary star alone, in a list, padded, on a second line", func(t *testing.T) {
		for _, lines := range [][]string{{"Vary: *"}, {"Vary: Accept, *"}, {"Vary: \t* "}, {"Vary: Accept", "Vary: *"}} {
			refused(t, page("x", lines...), "vary-star")
		}
	})
	t.Run("E1_5 absent and empty, repeated lines in order", func(t *testing.T) {
		h := newSite(t).cached(numbered("Vary: X-A"))
		seen := map[string]bool{}
		for _, lines := range [][]string{nil, {"X-A: "}, {"X-A: 1"}, {"X-A: 1", "X-A: 2"}, {"X-A: 2", "X-A: 1"}} {
			seen[get(h, "/p", lines...).body] = true
		}
		want(t, "different pages", len(seen), 5)
	})
	t.Run("E1_6 Vary added by a middleware inside after the key was formed", func(t *testing.T) {
		s := newSite(t)
		inner := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Accept-Encoding")
			io.WriteString(w, r.Header.Get("Accept-Encoding"))
		})
		h := s.cached(inner)
		get(h, "/p", "Accept-Encoding: gzip")
		want(t, "without gzip", get(h, "/p").body, "")
	})
	t.Run("E1_7 a session cookie on a route without session policy", func(t *testing.T) {
		s, v := newSite(t), numbered()
		h := s.cached(v)
		get(h, "/p")
		for _, name := range []string{"sessionid", "PHPSESSID", "connect.sid", "auth", "XSRF-TOKEN", "csrftoken", "my_jwt", "remember_Token"} {
			a := get(h, "/p", "Cookie: theme=dark; "+name+"=1")
			want(t, name, a.cache(), "larder; fwd=bypass; fwd-status=200; detail=session-cookie")
		}
		want(t, "does not write", get(h, "/p").body, "1")
		want(t, "another cookie", get(h, "/p", "Cookie: theme=dark").hit(), true)
	})
	t.Run("E1_7 a named session cookie is in the key, however it is spelled", func(t *testing.T) {
		h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			if c, err := r.Cookie("session"); err == nil {
				io.WriteString(w, "page of "+c.Value)
			}
		}}, cachepage.VaryOnCookie("session"))
		for _, cookie := range []string{"session =evil", "\tsession=evil", "session\t=evil", "session=evil; session=x", "session"} {
			get(h, "/p", "Cookie: "+cookie)
			want(t, "visitor without a session after "+cookie, get(h, "/p").body, "")
			want(t, "own page", get(h, "/p", "Cookie: session=me").body, "page of me")
		}
	})
	t.Run("E1_7 the list of session cookies can be replaced", func(t *testing.T) {
		h := newSite(t, larder.WithSessionCookies("Ticket")).cached(numbered())
		want(t, "its own", get(h, "/p", "Cookie: my-TICKET=1").cache(), "larder; fwd=bypass; fwd-status=200; detail=session-cookie")
		get(h, "/p", "Cookie: session=1")
		want(t, "no other", get(h, "/p", "Cookie: session=1").hit(), true)
	})
	t.Run("E1_8 a follower never gets an answer that may not be shared", func(t *testing.T) {
		for _, said := range []string{"Cache-Control: private", "Cache-Control: no-store", "Set-Cookie: a=1", "Vary: *"} {
			begun, goOn := make(chan bool), make(chan bool)
			var once sync.Once
			h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
				once.Do(func() { close(begun); <-goOn })
				addLines(w.Header(), []string{said})
				io.WriteString(w, r.Header.Get("X-Who"))
			}})
			var wg sync.WaitGroup
			wg.Go(func() { get(h, "/p", "X-Who: leader") })
			<-begun
			for i := range 20 {
				wg.Go(func() {
					me := fmt.Sprint("visitor ", i)
					want(t, said, get(h, "/p", "X-Who: "+me).body, me)
				})
			}
			close(goOn)
			wg.Wait()
		}
	})
	t.Run("E1_8 nor one that was made for an authorized request", func(t *testing.T) {
		begun, goOn := make(chan bool), make(chan bool)
		h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				close(begun)
				<-goOn
			}
			io.WriteString(w, r.Header.Get("Authorization"))
		}})
		var wg sync.WaitGroup
		wg.Go(func() { get(h, "/p", "Authorization: secret") })
		<-begun
		want(t, "does not even wait", get(h, "/p").body, "")
		close(goOn)
		wg.Wait()
	})
	t.Run("E1_9 what is said inside climbs to the page", func(t *testing.T) {
		s := newSite(t)
		refused(t, &view{serve: func(w http.ResponseWriter, r *http.Request) {
			larder.GetOrSet(r.Context(), s.Cache, "name", time.Minute, func(ctx context.Context) (string, error) {
				larder.NoStore(ctx)
				return "Ann", nil
			})
			io.WriteString(w, "x")
		}}, "no-store")
	})
	t.Run("E1_10 a response with a CSP nonce", func(t *testing.T) {
		refused(t, page("x", "Content-Security-Policy: script-src 'nonce-abc'"), "csp-nonce")
		refused(t, page("x", "Content-Security-Policy-Report-Only: script-src 'NONCE-abc'"), "csp-nonce")
	})
	t.Run("E1_11 a draft parameter bypasses where the route says so", func(t *testing.T) {
		h := newSite(t).cached(numbered(), cachepage.Bypass(func(r *http.Request) bool { return r.FormValue("preview") != "" }))
		get(h, "/p?preview=1")
		want(t, "Cache-Status", get(h, "/p?preview=1").cache(), "larder; fwd=bypass; fwd-status=200; detail=rule")
	})
	t.Run("E1_12 what speaks of one visitor is not replayed", func(t *testing.T) {
		h := newSite(t).cached(page("x", "X-Request-Id: 1", "X-RateLimit-Remaining: 9", "RateLimit: 9", "Server-Timing: db;dur=1",
			"Traceparent: 1", "X-Amzn-Trace-Id: 1", "X-Kept: yes"))
		want(t, "the first visitor gets it", get(h, "/p").get("X-Request-Id"), "1")
		a := get(h, "/p")
		for _, name := range []string{"X-Request-Id", "X-Ratelimit-Remaining", "Ratelimit", "Server-Timing", "Traceparent", "X-Amzn-Trace-Id"} {
			want(t, name, a.get(name), "")
		}
		want(t, "X-Kept", a.get("X-Kept"), "yes")
	})
	t.Run("E1_12 nor what an outer middleware had set", func(t *testing.T) {
		inner, n, lower := newSite(t).cached(numbered()), 0, "x-lower"
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n++
			w.Header().Set("X-Visit", fmt.Sprint(n))
			w.Header()[lower] = []string{fmt.Sprint(n)}
			inner.ServeHTTP(w, r)
		})
		for i := range 3 {
			a := get(h, "/p")
			want(t, "visit", a.get("X-Visit"), fmt.Sprint(i+1))
			want(t, "visit in lower case", strings.Join(append(a.header[lower], a.header["X-Lower"]...), " "), fmt.Sprint(i+1))
		}
	})
}
