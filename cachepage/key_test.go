package cachepage_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/larder-go/larder/cachepage"
)

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
	t.Run("E2_22 the handler sees the host that is in the key", func(t *testing.T) {
		for _, host := range []string{"SHOP.Example", "shop.example.", "shop.example:80"} {
			h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "https://"+r.Host+"/next") }})
			r := request("GET", "/p")
			r.Host = host
			send(h, r)
			want(t, host, get(h, "/p").body, "https://shop.example/next")
		}
	})
	t.Run("E2_22 an absolute-form target", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		get(h, "http://shop.example/p")
		want(t, "hit", send(h, httptest.NewRequest("GET", "http://shop.example/p", nil)).hit(), true)
	})
	t.Run("E2_22 an absolute-form target with what is not in the key", func(t *testing.T) {
		for _, target := range []string{"http://evil@shop.example/p", "http://a:b@shop.example/p", "ftp://shop.example/p", "javascript://shop.example/p"} {
			h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.URL.String()) }})
			a := send(h, httptest.NewRequest("GET", target, nil))
			want(t, target, a.cache(), "larder; fwd=bypass; fwd-status=200; detail=url")
			want(t, target+": next", get(h, "/p").body, "/p")
		}
	})
	t.Run("E2_22 an absolute-form target behind StripPrefix is no page of another route", func(t *testing.T) {
		s := newSite(t)
		mux := http.NewServeMux()
		mux.Handle("/admin/", http.StripPrefix("/admin", s.cached(page("admin"))))
		mux.Handle("/", s.cached(page("shop")))
		want(t, "admin", send(mux, httptest.NewRequest("GET", "http://shop.example/admin/p?a=1", nil)).body, "admin")
		want(t, "shop", get(mux, "/p?a=1").body, "shop")
		want(t, "one page in both forms", get(mux, "/admin/p?a=1").hit(), true)
		if err := s.Purge(t.Context(), "http://shop.example/admin/p?a=1"); err != nil {
			t.Fatal(err)
		}
		want(t, "purged", get(mux, "/admin/p?a=1").hit(), false)
		send(mux, httptest.NewRequest("POST", "http://shop.example/admin/p?a=1", nil))
		want(t, "after a POST", get(mux, "/admin/p?a=1").hit(), false)
	})
}
