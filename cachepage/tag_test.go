package cachepage_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

// routers put the middleware in each place where an app could have it.
var routers = map[string]struct {
	mount  func(cache func(http.Handler) http.Handler, v http.Handler) http.Handler
	filled bool
}{
	"ServeMux, around the handler": {func(cache func(http.Handler) http.Handler, v http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle("GET /product/{id}", cache(v))
		return m
	}, true},
	"ServeMux, around the mux": {func(cache func(http.Handler) http.Handler, v http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle("GET /product/{id}", v)
		return cache(m)
	}, true},
	"ServeMux, around the mux and a middleware that copies the request": {func(cache func(http.Handler) http.Handler, v http.Handler) http.Handler {
		m := http.NewServeMux()
		m.Handle("GET /product/{id}", v)
		return cache(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			m.ServeHTTP(w, r.WithContext(r.Context()))
		}))
	}, false},
	"chi, With": {func(cache func(http.Handler) http.Handler, v http.Handler) http.Handler {
		m := chi.NewRouter()
		m.With(cache).Get("/product/{id}", v.ServeHTTP)
		return m
	}, true},
	"chi, Use": {func(cache func(http.Handler) http.Handler, v http.Handler) http.Handler {
		m := chi.NewRouter()
		m.Use(cache)
		m.Get("/product/{id}", v.ServeHTTP)
		return m
	}, true},
	"chi, Use on a mounted router": {func(cache func(http.Handler) http.Handler, v http.Handler) http.Handler {
		sub, m := chi.NewRouter(), chi.NewRouter()
		sub.Use(cache)
		sub.Get("/{id}", v.ServeHTTP)
		m.Mount("/product", sub)
		return m
	}, true},
	"chi, around the router": {func(cache func(http.Handler) http.Handler, v http.Handler) http.Handler {
		m := chi.NewRouter()
		m.Get("/product/{id}", v.ServeHTTP)
		return cache(m)
	}, false},
}

func TestTagsFromRoutePatterns(t *testing.T) {
	for name, router := range routers {
		t.Run(name, func(t *testing.T) {
			s, v := newSite(t), numbered()
			h := router.mount(s.CachePage(time.Minute, cachepage.Tags("catalog", "product:{id}", "{id}/{id}")), v)
			first := get(h, "/product/7")
			want(t, "status", first.status, http.StatusOK)
			if !router.filled {
				want(t, "served", first.body, "1")
				want(t, "why", first.cache(), `larder; fwd=uri-miss; fwd-status=200; detail="tag-unfilled product:{id}"`)
				want(t, "not kept", get(h, "/product/7").hit(), false)
				want(t, "log", strings.Contains(s.log.String(), "tag=product:{id} path=/product/7"), true)
				return
			}
			get(h, "/product/8")
			for _, tag := range []string{"catalog", "product:7", "7/7"} {
				get(h, "/product/7")
				want(t, "a hit before", get(h, "/product/7").hit(), true)
				s.Invalidate(t.Context(), tag)
				want(t, tag+" is gone", get(h, "/product/7").hit(), false)
			}
			get(h, "/product/8")
			s.Invalidate(t.Context(), "product:7")
			want(t, "another product stays", get(h, "/product/8").hit(), true)
			want(t, "log", s.log.String(), "")
		})
	}
}

func TestInvalidateDuringARender(t *testing.T) {
	for name, late := range map[string]bool{"tag known before": false, "tag named late": true} {
		t.Run(name, func(t *testing.T) {
			s, n := newSite(t), 0
			v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
				if n++; n == 1 {
					s.Invalidate(t.Context(), "x")
				}
				if late {
					larder.Tag(r.Context(), "x")
				}
				fmt.Fprint(w, n)
			}}
			opts := []cachepage.Option{cachepage.Tags("x")}
			if late {
				opts = nil
			}
			h := s.cached(v, opts...)
			a := get(h, "/p")
			want(t, "served", a.body, "1")
			want(t, "why not kept", a.cache(), "larder; fwd=uri-miss; fwd-status=200; detail=invalidated")
			want(t, "not kept", get(h, "/p").body, "2")
			want(t, "the next one is", get(h, "/p").hit(), true)
		})
	}
}

func TestPurgeWhileRendering(t *testing.T) {
	s, n := newSite(t), 0
	h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			s.Purge(t.Context(), "http://shop.example/p?a=1")
		}
		fmt.Fprint(w, n)
	}})
	want(t, "detail", get(h, "/p?a=1").cache(), "larder; fwd=uri-miss; fwd-status=200; detail=invalidated")
	want(t, "not kept", get(h, "/p?a=1").body, "2")
}

func TestPurgeFindsThePageUnderEachRoute(t *testing.T) {
	for name, c := range map[string]struct {
		opts  []cachepage.Option
		asked string
		lines []string
		purge string
		gone  bool
	}{
		"as it is":                     {nil, "/p?a=1", nil, "http://shop.example/p?a=1", true},
		"https purges http":            {nil, "/p", nil, "https://shop.example/p", true},
		"http purges https":            {nil, "https://shop.example/p", nil, "http://shop.example/p", true},
		"default port":                 {nil, "https://shop.example/p", nil, "https://shop.example:443/p", true},
		"host in upper case":           {nil, "/p", nil, "http://SHOP.example/p", true},
		"fragment":                     {nil, "/p", nil, "http://shop.example/p#top", true},
		"no path":                      {nil, "/", nil, "http://shop.example", true},
		"escaped path":                 {nil, "/caf%C3%A9", nil, "http://shop.example/café", true},
		"another path in disguise":     {nil, "/a/b", nil, "http://shop.example/a%2Fb", false},
		"port behind a TLS proxy":      {nil, "http://shop.example:443/p", nil, "https://shop.example/p", true},
		"every variant":                {[]cachepage.Option{cachepage.VaryOn("X-A")}, "/p", []string{"X-A: 9"}, "http://shop.example/p", true},
		"every cookie":                 {[]cachepage.Option{cachepage.VaryOnCookie("c")}, "/p", []string{"Cookie: c=9"}, "http://shop.example/p", true},
		"ignored query":                {[]cachepage.Option{cachepage.IgnoreQuery("utm_*")}, "/p?a=1&utm_x=1", nil, "http://shop.example/p?a=1&utm_y=2", true},
		"only some query":              {[]cachepage.Option{cachepage.OnlyQuery("a")}, "/p?a=1&b=2", nil, "http://shop.example/p?a=1&c=3", true},
		"prefix":                       {[]cachepage.Option{cachepage.Prefix("mobile")}, "/p", nil, "http://shop.example/p", true},
		"another query":                {nil, "/p?a=1", nil, "http://shop.example/p?a=2", false},
		"another path":                 {nil, "/p", nil, "http://shop.example/p/", false},
		"another host":                 {nil, "/p", nil, "http://other.example/p", false},
		"another port":                 {nil, "/p", nil, "http://shop.example:8080/p", false},
		"query that the route ignores": {[]cachepage.Option{cachepage.OnlyQuery()}, "/p?a=1", nil, "http://shop.example/p", true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.cached(numbered(), c.opts...)
			get(h, c.asked, c.lines...)
			want(t, "a hit before", get(h, c.asked, c.lines...).hit(), true)
			if err := s.Purge(t.Context(), c.purge); err != nil {
				t.Fatal(err)
			}
			want(t, "gone", !get(h, c.asked, c.lines...).hit(), c.gone)
			do(h, "POST", c.asked)
			want(t, "gone after a POST", get(h, c.asked, c.lines...).hit(), false)
		})
	}
}

func TestPurgeFindsWhatARouteNotYetServedHasInTheStore(t *testing.T) {
	far := &counting{}
	a, b := newSiteOn(t, far), newSiteOn(t, far)
	v := numbered()
	served := a.cached(v, cachepage.OnlyQuery("never-used-elsewhere"))
	get(served, "/p?x=1")
	b.cached(v, cachepage.OnlyQuery("never-used-elsewhere")) // made, not served
	b.Purge(t.Context(), "http://shop.example/p?x=1")
	want(t, "hit", get(served, "/p?x=1").hit(), false)
}

func TestPurgeBehindAMiddlewareThatRewritesThePath(t *testing.T) {
	s := newSite(t)
	cached := s.cached(numbered())
	trimmed := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.Path = strings.TrimSuffix(r.URL.Path, "/")
		cached.ServeHTTP(w, r)
	})
	for name, h := range map[string]http.Handler{"trailing slash": trimmed, "prefix": http.StripPrefix("/shop", cached)} {
		get(h, "/shop/p/")
		want(t, name+": a hit before", get(h, "/shop/p/").hit(), true)
		s.Purge(t.Context(), "http://shop.example/shop/p/")
		want(t, name+": a hit afterwards", get(h, "/shop/p/").hit(), false)
	}
}

func TestPurgeRefusesWhatIsNoAbsoluteURL(t *testing.T) {
	s := newSite(t)
	h := s.cached(numbered())
	get(h, "/p")
	for _, u := range []string{"/p", "shop.example/p", "ftp://shop.example/p", "http://", "http://%zz/", "http://shöp.example/p"} {
		err := s.Purge(t.Context(), "http://shop.example/p", u)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("purge %q", u)) {
			t.Errorf("Purge(%q): %v, want an error that names it", u, err)
		}
	}
	want(t, "nothing was purged", get(h, "/p").hit(), true)
}

func TestUnsafeMethodsInvalidateTheirURL(t *testing.T) {
	for name, c := range map[string]struct {
		method, target string
		answers        http.Handler
		stays          []string // of /p /q https:/p
	}{
		"POST":                       {"POST", "/p", status(303), []string{"/q"}},
		"PUT":                        {"PUT", "/p", status(204), []string{"/q"}},
		"DELETE":                     {"DELETE", "/p", status(200), []string{"/q"}},
		"PATCH without WriteHeader":  {"PATCH", "/p", page(""), []string{"/q"}},
		"an unknown method":          {"FROB", "/p", status(200), []string{"/q"}},
		"OPTIONS is safe":            {"OPTIONS", "/p", status(200), []string{"/p", "/q"}},
		"failed POST":                {"POST", "/p", status(400), []string{"/p", "/q"}},
		"broken POST":                {"POST", "/p", status(500), []string{"/p", "/q"}},
		"Location":                   {"POST", "/new", status(201, "Location: /q"), []string{"/p"}},
		"absolute Location":          {"POST", "/new", status(201, "Location: http://shop.example/q"), []string{"/p"}},
		"Content-Location":           {"POST", "/new", status(200, "Content-Location: q"), []string{"/p"}},
		"Location on another origin": {"POST", "/new", status(201, "Location: http://other.example/q"), []string{"/p", "/q"}},
		"another path":               {"POST", "/p/", status(200), []string{"/p", "/q"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					w.Write([]byte(r.URL.Path))
					return
				}
				c.answers.ServeHTTP(w, r)
			}}
			h := s.cached(v, cachepage.VaryOn("X-A"))
			for _, path := range []string{"/p", "/q"} {
				get(h, path)
				get(h, path, "X-A: 1")
			}
			do(h, c.method, c.target)
			for _, path := range []string{"/p", "/q"} {
				stays := strings.Contains(strings.Join(c.stays, " "), path)
				want(t, path+" stays", get(h, path, "X-A: 1").hit(), stays)
				want(t, path+" stays, other variant", get(h, path).hit(), stays)
			}
		})
	}
}

func TestClearForgetsPagesOfThisCacheOnly(t *testing.T) {
	far := &counting{}
	a, b := newSiteOn(t, far, larder.WithPrefix("a")), newSiteOn(t, far, larder.WithPrefix("b"))
	v := numbered()
	get(a.cached(v), "/p")
	get(b.cached(v), "/p")
	a.Clear(t.Context())
	want(t, "cleared", get(a.cached(v), "/p").hit(), false)
	want(t, "neighbour", get(b.cached(v), "/p").hit(), true)
}

func TestTagsClimbFromValuesToThePage(t *testing.T) {
	s := newSite(t)
	h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		v, _ := larder.GetOrSet(r.Context(), s.Cache, "top", time.Hour, func(ctx context.Context) (string, error) {
			larder.Tag(ctx, "sales")
			return "top", nil
		})
		fmt.Fprint(w, v)
	}})
	get(h, "/p")
	get(h, "/q") // the value is a hit here; its tag climbs all the same
	s.Invalidate(t.Context(), "sales")
	want(t, "page that made the value", get(h, "/p").hit(), false)
	want(t, "page that met it", get(h, "/q").hit(), false)
}
