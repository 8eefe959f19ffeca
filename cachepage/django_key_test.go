package cachepage_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/vary"
)

func TestDjangoKey(t *testing.T) {
	differ := func(name, a, b string, apart bool) {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.cached(numbered())
			get(h, a)
			want(t, b+" after "+a+" is a hit", get(h, b).hit(), !apart)
		})
	}
	differ("B3_23 query", "/p?a=1", "/p?a=2", true)
	differ("B3_23 order of the query", "/p?a=1&b=2", "/p?b=2&a=1", true)
	differ("B3_23 query or none", "/p", "/p?a", true)
	differ("B3_23 host", "http://a.example/p", "http://b.example/p", true)
	differ("B3_23 scheme", "http://a.example/p", "https://a.example/p", true)
	differ("B3_23 fragment never matters", "/p#a", "/p#b", false)
	differ("B3_22 path", "/p", "/q", true)

	t.Run("B3_24 another prefix shares nothing, another timeout does", func(t *testing.T) {
		s, v := newSite(t), numbered()
		a := s.CachePage(time.Minute, cachepage.Prefix("a"))(v)
		b := s.CachePage(time.Minute, cachepage.Prefix("b"))(v)
		long := s.CachePage(time.Hour, cachepage.Prefix("a"))(v)
		get(a, "/p")
		want(t, "other prefix", get(b, "/p").hit(), false)
		want(t, "other timeout", get(long, "/p").hit(), true)
	})
	t.Run("B3_25 another cache shares nothing", func(t *testing.T) {
		v := numbered()
		get(newSite(t).cached(v), "/p")
		want(t, "hit", get(newSite(t).cached(v), "/p").hit(), false)
	})
	t.Run("B3_26 the cache's own prefix is not the route's", func(t *testing.T) {
		s, v := newSite(t, larder.WithPrefix("x")), numbered()
		get(s.cached(v), "/p")
		want(t, "no prefix is the empty one", get(s.cached(v, cachepage.Prefix("")), "/p").hit(), true)
	})
	t.Run("B3_27 Vary is compared without case and order", func(t *testing.T) {
		s, n := newSite(t), 0
		h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", []string{"Accept, X-B", "x-b, ACCEPT"}[n%2])
			n++
		}})
		get(h, "/p", "Accept: a")
		get(h, "/p", "Accept: b")
		want(t, "first variant", get(h, "/p", "Accept: a").hit(), true)
		want(t, "second variant", get(h, "/p", "Accept: b").hit(), true)
	})
	t.Run("B3_28 larder: VaryBy puts the active language in the key, the header stays out", func(t *testing.T) {
		s, v := newSite(t), numbered()
		language := func(r *http.Request) string { return r.Header.Get("Accept-Language")[:2] }
		h := s.cached(v, cachepage.VaryBy("language", language))
		get(h, "/p", "Accept-Language: en;q=0.8")
		a := get(h, "/p", "Accept-Language: en")
		want(t, "same language", a.hit(), true)
		want(t, "Vary", a.get("Vary"), "")
		want(t, "other language", get(h, "/p", "Accept-Language: de").hit(), false)
	})
	t.Run("B3_29 time zones by VaryBy never share", func(t *testing.T) {
		s, zone := newSite(t), "Europe/Zurich"
		h := s.cached(numbered(), cachepage.VaryBy("zone", func(*http.Request) string { return zone }))
		get(h, "/p")
		zone = "Asia/Tokyo"
		want(t, "other zone", get(h, "/p").hit(), false)
	})
	t.Run("B3_30 larder tells values apart that joined would be equal", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(numbered("Vary: X-A, X-B"))
		get(h, "/p", "X-A: 1", "X-B: 23")
		want(t, "12 and 3", get(h, "/p", "X-A: 12", "X-B: 3").hit(), false)
		want(t, "absent and all", get(h, "/p", "X-B: 123").hit(), false)
	})
	t.Run("B3_31 larder takes the union of all Vary lists", func(t *testing.T) {
		s, n := newSite(t), 0
		h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			if n++; n == 1 {
				w.Header().Set("Vary", "X-A")
			} // later answers say nothing of it
			w.Write([]byte(r.Header.Get("X-A")))
		}})
		for _, a := range []string{"one", "two", "one", "two"} {
			want(t, "own page", get(h, "/p", "X-A: "+a).body, a)
		}
	})
}

func TestDjangoHeaderHelpers(t *testing.T) {
	t.Run("B4_33 vary.On inside the cache is learned", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(vary.On("Cookie")(numbered()))
		get(h, "/p", "Cookie: a=1")
		want(t, "other cookie", get(h, "/p", "Cookie: a=2").hit(), false)
		want(t, "same cookie", get(h, "/p", "Cookie: a=1").hit(), true)
	})
	t.Run("B4_35 CacheControl inside the cache counts", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(larder.CacheControl("private")(numbered()))
		want(t, "first", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; detail=private")
	})
	t.Run("B4_36 NeverCache inside the cache is not stored", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(larder.NeverCache(numbered()))
		get(h, "/p")
		a := get(h, "/p")
		want(t, "hit", a.hit(), false)
		want(t, "Cache-Control", a.get("Cache-Control"), "max-age=0, no-cache, no-store, must-revalidate, private")
	})
	t.Run("B4_39 an ETag is a strong digest of the body", func(t *testing.T) {
		s := newSite(t)
		a, b, c := get(s.cached(page("x")), "/a"), get(s.cached(page("x")), "/b"), get(s.cached(page("y")), "/c")
		want(t, "same body", a.get("Etag"), b.get("Etag"))
		want(t, "other body", a.get("Etag") == c.get("Etag"), false)
		want(t, "strong", a.get("Etag")[0], byte('"'))
	})
}
