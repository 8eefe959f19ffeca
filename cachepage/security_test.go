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

func TestPrivacyOfResponses(t *testing.T) {
	t.Run("E1_1 a response that sets a cookie", func(t *testing.T) {
		refused(t, page("x", "Set-Cookie: id=1"), "set-cookie")
		refused(t, page("x", "Set-Cookie: id=1", "Cache-Control: public, max-age=60"), "set-cookie")
		refused(t, page("x", "Set-Cookie2: id=1"), "set-cookie")
	})
	t.Run("E1_2 a request with Authorization neither reads nor writes", func(t *testing.T) {
		refused(t, page("x"), "authorization", "Authorization: Bearer a")
		h := newSite(t).cached(numbered())
		get(h, "/p")
		want(t, "does not read", get(h, "/p", "Authorization: Bearer a").body, "2")
		want(t, "does not write", get(h, "/p").body, "1")
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
		inner, n := newSite(t).cached(numbered()), 0
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n++
			w.Header().Set("X-Visit", fmt.Sprint(n))
			inner.ServeHTTP(w, r)
		})
		for i := range 3 {
			want(t, "visit", get(h, "/p").get("X-Visit"), fmt.Sprint(i+1))
		}
	})
}

func TestKeyCorrectness(t *testing.T) {
	apart := func(t *testing.T, a, b *http.Request) {
		t.Helper()
		h := newSite(t).cached(numbered())
		send(h, a)
		want(t, "hit", send(h, b).hit(), false)
	}
	t.Run("E2_13 scheme, host with port, path, query", func(t *testing.T) {
		base := "http://a.example/p?q=1"
		for _, other := range []string{"https://a.example/p?q=1", "http://b.example/p?q=1", "http://a.example:81/p?q=1", "http://a.example/P?q=1", "http://a.example/p?q=2", "http://a.example/p", "http://a.example/p/?q=1"} {
			apart(t, request("GET", base), request("GET", other))
		}
	})
	t.Run("E2_14 parts cannot run into one another", func(t *testing.T) {
		apart(t, request("GET", "http://a/b?c"), request("GET", "http://a/b%3Fc"))
		s, v := newSite(t), numbered()
		get(s.cached(v, cachepage.Prefix("a")), "http://bc/")
		want(t, "prefix and host", get(s.cached(v, cachepage.Prefix("ab")), "http://c/").hit(), false)
	})
	t.Run("E2_15 case, escapes and dot segments are never folded", func(t *testing.T) {
		for _, other := range []string{"/A/b", "/a%2Fb", "/a%2fb", "/a/./b", "/a/x/../b", "/a//b", "/%61/b", "/a/b;x", "/a/b%00", "/a/b%0A"} {
			apart(t, request("GET", "/a/b"), request("GET", other))
		}
		apart(t, request("GET", "/a%2Fb"), request("GET", "/a%2fb"))
	})
	t.Run("E2_16 rewriting outside does not make two URLs one", func(t *testing.T) {
		cached := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) }})
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, r.URL.Path, _ = strings.Cut(r.URL.Path, "!")
			cached.ServeHTTP(w, r)
		})
		get(h, "/a!/p")
		want(t, "other URL, same path inside", get(h, "/b!/p").hit(), false)
		want(t, "same URL", get(h, "/a!/p").hit(), true)
	})
	t.Run("E2_16 nor one URL that is rewritten in two ways one page", func(t *testing.T) {
		cached := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.Path) }})
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL.Path = "/" + r.Header.Get("X-Tenant")
			cached.ServeHTTP(w, r)
		})
		for range 2 {
			want(t, "a", get(h, "/p", "X-Tenant: a").body, "/a")
			want(t, "b", get(h, "/p", "X-Tenant: b").body, "/b")
		}
	})
	t.Run("E2_17 the query is taken as it came, in order", func(t *testing.T) {
		for _, other := range []string{"/p?b=2&a=1", "/p?a=1;b=2", "/p?a=1&b=2&", "/p?a=1&b=2&b=3", "/p?A=1&b=2", "/p?a=1&b=%32"} {
			apart(t, request("GET", "/p?a=1&b=2"), request("GET", other))
		}
		apart(t, request("GET", "/p?a=1&a=2"), request("GET", "/p?a=2&a=1"))
	})
	t.Run("E2_18 what is not in the key the handler does not see", func(t *testing.T) {
		h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.URL, r.RequestURI, r.FormValue("utm_content"))
		}}, cachepage.IgnoreQuery("utm_*"))
		want(t, "reflected", get(h, "/p?utm_content=<script>").body, "/p/p")
	})
	t.Run("E2_19 a GET with a body", func(t *testing.T) {
		s, v := newSite(t), &view{serve: func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }}
		h := s.cached(v)
		for _, length := range []int64{4, -1} {
			r := request("GET", "/p")
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader("evil")), length
			want(t, "bypass", send(h, r).cache(), "larder; fwd=bypass; fwd-status=200; detail=body")
		}
		want(t, "no trace", get(h, "/p").body, "")
	})
	t.Run("E2_20 method overrides", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		for _, line := range []string{"X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE"} {
			want(t, line, get(h, "/p", line).cache(), "larder; fwd=bypass; fwd-status=200; detail=method-override")
		}
		want(t, "_method", get(h, "/p?_method=DELETE").cache(), "larder; fwd=bypass; fwd-status=200; detail=method-override")
	})
	t.Run("E2_21 HEAD is never kept as GET", func(t *testing.T) {
		h := newSite(t).cached(page("body"))
		do(h, "HEAD", "/p")
		want(t, "GET", get(h, "/p").body, "body")
	})
	t.Run("E2_22 one canonical form of a host, or a bypass", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		ask := func(host string, https bool) answer {
			r := request("GET", map[bool]string{true: "https://x/p", false: "http://x/p"}[https])
			r.Host = host
			return send(h, r)
		}
		ask("shop.example", false)
		for _, host := range []string{"SHOP.Example", "shop.example.", "shop.example:80", "shop.example.:80", "shop.example:"} {
			want(t, host, ask(host, false).hit(), true)
		}
		for _, host := range []string{"shop.example:443", "shop.example:8080", "shop.example..", "xshop.example"} {
			want(t, host, ask(host, false).hit(), false)
		}
		want(t, "port 80 of https", ask("shop.example:80", true).hit(), false)
		ask("shop.example", true)
		want(t, "port 443 of https", ask("shop.example:443", true).hit(), true)
		for _, host := range []string{"", "user@shop.example", "shop.example/x", "shop example", "shop.example?x", "shop.example#x", "shöp.example", "a\\b", strings.Repeat("a", 300)} {
			want(t, host, ask(host, false).cache(), "larder; fwd=bypass; fwd-status=200; detail=url")
		}
	})
	t.Run("E2_22 an absolute-form target", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		get(h, "http://shop.example/p")
		want(t, "hit", send(h, httptest.NewRequest("GET", "http://shop.example/p", nil)).hit(), true)
	})
}

func TestPoisoningByUnkeyedInput(t *testing.T) {
	t.Run("E3_23 forwarded headers are not in the key and not believed", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		get(h, "/p")
		for _, line := range []string{"X-Forwarded-Host: evil", "X-Forwarded-Scheme: https", "X-Forwarded-Proto: https", "X-Forwarded-Port: 1", "X-Forwarded-Prefix: /x", "Forwarded: host=evil", "X-Host: evil", "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "X-Forwarded-For: 1"} {
			want(t, line, get(h, "/p", line).hit(), true)
		}
	})
	t.Run("E3_24 cookies outside the route's list are no part of the key", func(t *testing.T) {
		h := newSite(t).cached(numbered(), cachepage.VaryOnCookie("lang"))
		get(h, "/p", "Cookie: lang=de; a=1")
		want(t, "hit", get(h, "/p", "Cookie: a=2; lang=de").hit(), true)
	})
	t.Run("E3_25 errors are never kept by default", func(t *testing.T) {
		for _, code := range []int{400, 401, 403, 404, 405, 410, 414, 431, 500, 501, 502, 503} {
			refused(t, status(code), "status")
		}
	})
	t.Run("E3_26 redirects: not by default, and never to another host", func(t *testing.T) {
		refused(t, status(301, "Location: /q"), "status")
		for location, stays := range map[string]bool{"/q": true, "http://shop.example/q": true, "http://evil.example/": false, "//evil.example/": false, "http://%zz": false} {
			h := newSite(t).cached(status(302, "Location: "+location), cachepage.Status(302))
			get(h, "/p")
			want(t, location, get(h, "/p").hit(), stays)
		}
	})
	t.Run("E3_27 what could split the response is not kept", func(t *testing.T) {
		for _, bad := range []string{"a\r\nSet-Cookie: x=1", "a\nb", "a\x00b"} {
			h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
				w.Header()["X-Bad"] = []string{bad}
				io.WriteString(w, "x")
			}})
			get(h, "/p")
			want(t, fmt.Sprintf("%q", bad), get(h, "/p").hit(), false)
		}
	})
	t.Run("E3_28 a 206 is never kept, a range on a miss bypasses", func(t *testing.T) {
		content := &view{serve: func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "a.txt", time.Time{}, bytes.NewReader([]byte("0123456789")))
		}}
		h := newSite(t).cached(content)
		a := get(h, "/p", "Range: bytes=2-4")
		want(t, "status", a.status, 206)
		want(t, "body", a.body, "234")
		want(t, "whole page", get(h, "/p").body, "0123456789")
		a = get(h, "/p", "Range: bytes=2-4")
		want(t, "range of a hit", a.body, "234")
		want(t, "from the cache", a.hit(), true)
		refused(t, status(206), "partial")
	})
	t.Run("E3_29 a conditional request on a miss leaves a whole page behind", func(t *testing.T) {
		h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"v"`)
			http.ServeContent(w, r, "a.txt", opening, strings.NewReader("whole"))
		}})
		want(t, "the visitor's condition holds", get(h, "/p", `If-None-Match: "v"`).status, 304)
		a := get(h, "/p")
		want(t, "hit", a.hit(), true)
		want(t, "body", a.body, "whole")
	})
	t.Run("E3_30 codings only to those who offered them", func(t *testing.T) {
		gzip := &view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", "Accept-Encoding")
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				w.Header().Set("Content-Encoding", "gzip")
			}
			io.WriteString(w, "x")
		}}
		h := newSite(t).cached(gzip)
		get(h, "/p", "Accept-Encoding: gzip")
		want(t, "without", get(h, "/p").get("Content-Encoding"), "")
		want(t, "with", get(h, "/p", "Accept-Encoding: GZIP").get("Content-Encoding"), "gzip")
	})
	t.Run("E3_31 CORS for one origin without Vary: Origin", func(t *testing.T) {
		refused(t, page("x", "Access-Control-Allow-Origin: https://a.example"), "cors")
		for _, lines := range [][]string{{"Access-Control-Allow-Origin: *"}, {"Access-Control-Allow-Origin: https://a.example", "Vary: Origin"}} {
			h := newSite(t).cached(page("x", lines...))
			want(t, "kept", kept(h, func() *http.Request { return request("GET", "/p", "Origin: https://a.example") }), true)
		}
	})
	t.Run("E3_32 a missing Content-Type is sniffed once and kept, nosniff stays", func(t *testing.T) {
		h := newSite(t).cached(page("<!doctype html><p>", "X-Content-Type-Options: nosniff"))
		for range 2 {
			a := get(h, "/p")
			want(t, "Content-Type", a.get("Content-Type"), "text/html; charset=utf-8")
			want(t, "nosniff", a.get("X-Content-Type-Options"), "nosniff")
		}
	})
	t.Run("E3_33 nobody can force a refresh by default", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		get(h, "/p")
		for _, line := range []string{"Cache-Control: no-cache", "Cache-Control: no-store", "Pragma: no-cache", "Cache-Control: max-age=0"} {
			want(t, line, get(h, "/p", line).body, "1")
		}
	})
}

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
		for i := range 200 { // 200 MiB into 64
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
