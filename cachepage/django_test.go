package cachepage_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

// Django's page cache, statement by statement. A name that says "larder" is one
// where larder does otherwise on purpose.

func TestDjangoLookup(t *testing.T) {
	t.Run("B1_1 only GET and HEAD are looked up or stored", func(t *testing.T) {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} {
			s, v := newSite(t), numbered()
			h := s.cached(v)
			do(h, method, "/p")
			a := do(h, method, "/p")
			want(t, method+": runs", v.runs.Load(), 2)
			want(t, method+": Cache-Status", a.cache(), "larder; fwd=method; fwd-status=200")
		}
	})
	t.Run("B1_2 without a known header list it is a miss and may be stored", func(t *testing.T) {
		s, v := newSite(t), numbered("Vary: Accept-Language")
		h := s.cached(v)
		want(t, "first", get(h, "/p", "Accept-Language: de").cache(), "larder; fwd=uri-miss; fwd-status=200; stored")
		want(t, "second", get(h, "/p", "Accept-Language: de").hit(), true)
	})
	t.Run("B1_3 HEAD tries the GET entry; larder keeps no HEAD entries", func(t *testing.T) {
		s, v := newSite(t), numbered()
		h := s.cached(v)
		want(t, "cold HEAD", do(h, "HEAD", "/p").cache(), "larder; fwd=uri-miss; fwd-status=200")
		want(t, "second cold HEAD", do(h, "HEAD", "/p").cache(), "larder; fwd=uri-miss; fwd-status=200")
		want(t, "GET", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; stored")
		want(t, "HEAD after GET", do(h, "HEAD", "/p").hit(), true)
	})
	t.Run("B1_4 HEAD from a GET entry has the GET header and no body", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(page("hello", "X-A: 1", "Content-Type: text/plain"))
		get(h, "/p")
		g, d := get(h, "/p"), do(h, "HEAD", "/p")
		want(t, "body", d.body, "")
		want(t, "length", d.get("Content-Length"), "5")
		for name := range g.header {
			want(t, name, d.get(name), g.get(name))
		}
	})
	t.Run("B1_3 a cold HEAD says the lifetimes that GET would", func(t *testing.T) {
		s := newSite(t)
		a := do(s.cached(page("x"), cachepage.VaryOn("Accept-Language")), "HEAD", "/p")
		want(t, "Cache-Control", a.get("Cache-Control"), "max-age=60")
		want(t, "Vary", a.get("Vary"), "Accept-Language")
	})
	t.Run("B1_5 a hit does not run the view and does not store again", func(t *testing.T) {
		s, v := newSite(t), numbered()
		h := s.cached(v)
		get(h, "/p")
		for range 3 {
			s.clock.Advance(19 * time.Second)
			want(t, "body", get(h, "/p").body, "1")
		}
		s.clock.Advance(3 * time.Second) // 60 s after the first: no hit made it live longer
		want(t, "after its time", get(h, "/p").body, "2")
	})
	t.Run("B1_6 a hit has Age, the first answer has none", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(numbered())
		_, has := get(h, "/p").header["Age"]
		want(t, "first has Age", has, false)
		want(t, "at once", get(h, "/p").get("Age"), "0")
		s.clock.Advance(42 * time.Second)
		want(t, "later", get(h, "/p").get("Age"), "42")
		s.clock.Advance(-3 * time.Hour)
		want(t, "clock set back", get(h, "/p").get("Age"), "0")
	})
	t.Run("B1_7 larder has no second record that could expire first", func(t *testing.T) {
		s, v := newSite(t), numbered("Vary: Accept")
		h := s.cached(v)
		get(h, "/p")
		s.clock.Advance(59 * time.Second)
		want(t, "hit until the end", get(h, "/p").hit(), true)
	})
}

func TestDjangoStoring(t *testing.T) {
	t.Run("B2_8 only status 200 is stored, the rest is untouched", func(t *testing.T) {
		for _, code := range []int{201, 203, 204, 301, 302, 307, 400, 403, 404, 410, 500, 503} {
			s, v := newSite(t), status(code)
			h := s.cached(v)
			a := get(h, "/p")
			want(t, "status", a.status, code)
			want(t, "untouched", a.get("Cache-Control")+a.get("Expires"), "")
			want(t, "kept", get(h, "/p").hit(), false)
		}
	})
	t.Run("B2_8 a 304 gets the lifetime and is not stored", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(status(304))
		want(t, "Cache-Control", get(h, "/p").get("Cache-Control"), "max-age=60")
		want(t, "kept", get(h, "/p").hit(), false)
	})
	t.Run("B2_8 larder stores streamed answers once they are complete", func(t *testing.T) {
		s := newSite(t)
		h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Write([]byte("a"))
			http.NewResponseController(w).Flush()
			w.Write([]byte("b"))
		}})
		want(t, "streamed", get(h, "/p").body, "ab")
		a := get(h, "/p")
		want(t, "hit", a.hit(), true)
		want(t, "body", a.body, "ab")
	})
	t.Run("B2_9 private, no-cache and no-store, in any case, as whole names", func(t *testing.T) {
		for line, stored := range map[string]bool{
			"private": false, "PRIVATE": false, "no-store": false, "No-Store": false, "no-cache": false,
			"max-age=9,private": false, "private=\"x\"": false, "no-cache=\"set-cookie\"": false,
			"x-private": true, "not-private": true, "ext=\"private\"": true, "public": true,
		} {
			s := newSite(t)
			h := s.cached(page("x", "Cache-Control: "+line))
			get(h, "/p")
			want(t, line, get(h, "/p").hit(), stored)
		}
	})
	t.Run("B2_10 Vary star, padded or among names", func(t *testing.T) {
		for _, line := range []string{"*", "  *", "Accept, *", "*,Accept", "Accept\t,\t*"} {
			s := newSite(t)
			h := s.cached(page("x", "Vary: "+line))
			want(t, line, get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; detail=vary-star")
		}
	})
	t.Run("B2_11 larder stores nothing that sets a cookie, whatever it varies on", func(t *testing.T) {
		for _, lines := range [][]string{{"Set-Cookie: a=1"}, {"Set-Cookie: a=1", "Vary: Cookie"}} {
			s := newSite(t)
			h := s.cached(page("x", lines...))
			want(t, "first", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; detail=set-cookie")
			want(t, "the cookie arrives", get(h, "/p").get("Set-Cookie"), "a=1")
		}
	})
	t.Run("B2_12 larder neither reads nor writes for Authorization unless the page is opened", func(t *testing.T) {
		for line, stored := range map[string]bool{"max-age=9": false, "public": true, "s-maxage=9": true, "must-revalidate": true} {
			s := newSite(t)
			h := s.cached(page("x", "Cache-Control: "+line))
			get(h, "/p", "Authorization: Basic a")
			want(t, line+": shared", get(h, "/p").hit(), stored)
			want(t, line+": served", get(h, "/p", "Authorization: Basic b").hit(), stored)
		}
	})
	ttl := func(name string, ttl time.Duration, said string, lives time.Duration, header string) {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, larder.WithTTL(10*time.Minute))
			v := numbered()
			if said != "" {
				v = numbered("Cache-Control: " + said)
			}
			h := s.CachePage(ttl)(v)
			want(t, "header", get(h, "/p").get("Cache-Control"), header)
			if lives == 0 {
				want(t, "kept", get(h, "/p").hit(), false)
				return
			}
			s.clock.Advance(lives - time.Second)
			want(t, "just before", get(h, "/p").hit(), true)
			s.clock.Advance(time.Second)
			want(t, "at the end", get(h, "/p").hit(), false)
		})
	}
	ttl("B2_13 the argument wins", time.Minute, "", time.Minute, "max-age=60")
	ttl("B2_13 without one the cache's default", larder.DefaultTTL, "", 10*time.Minute, "max-age=600")
	ttl("B2_14 max-age=0 from the view, without an argument", larder.DefaultTTL, "max-age=0", 0, "max-age=0")
	ttl("B2_14 max-age=0 from the view, with an argument", time.Minute, "max-age=0", time.Minute, "max-age=0")
	ttl("B2_14 TTL 0 is not stored and says so", 0, "", 0, "max-age=0")
	ttl("B2_15 a view's max-age without an argument", larder.DefaultTTL, "max-age=30", 30*time.Second, "max-age=30")
	ttl("B2_15 a max-age that is no number counts as absent", larder.DefaultTTL, "max-age=x", 10*time.Minute, "max-age=600")
	ttl("B2_16 stored 60 s, header shows 10", time.Minute, "max-age=10", time.Minute, "max-age=10")
	ttl("B2_16 a view's 100 is lowered to 60", time.Minute, "max-age=100", time.Minute, "max-age=60")
	ttl("B2_17 a negative TTL is 0", -time.Minute, "", 0, "max-age=0")
	t.Run("Forever is one year in a header, and no end in the cache", func(t *testing.T) {
		s := newSite(t)
		h := s.CachePage(larder.Forever)(page("x"))
		want(t, "header", get(h, "/p").get("Cache-Control"), "max-age=31536000")
		s.clock.Advance(100 * 365 * 24 * time.Hour)
		want(t, "after a century", get(h, "/p").hit(), true)
	})

	t.Run("B2_17 Expires only where there is none", func(t *testing.T) {
		s := newSite(t)
		a := get(s.cached(page("x", "Expires: Thu, 01 Jan 2032 00:00:00 GMT")), "/p")
		want(t, "Expires", a.get("Expires"), "Thu, 01 Jan 2032 00:00:00 GMT")
		want(t, "Cache-Control", a.get("Cache-Control"), "max-age=60")
	})
	t.Run("B2_18 two seconds at ten o'clock", func(t *testing.T) {
		s := newSite(t)
		a := get(s.CachePage(2*time.Second)(page("x")), "/p")
		want(t, "Expires", a.get("Expires"), "Mon, 23 Nov 2026 10:00:02 GMT")
		want(t, "Cache-Control", a.get("Cache-Control"), "max-age=2")
	})
	t.Run("B2_20 a hit replays status and header; hits share no mutable state", func(t *testing.T) {
		s := newSite(t)
		inner := s.cached(page("x", "X-List: a", "X-List: b"))
		outer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			inner.ServeHTTP(w, r)
			w.Header().Add("X-List", "c")
			w.Header().Set("Content-Type", "spoiled")
		})
		for range 3 {
			get(outer, "/p")
		}
		a := get(inner, "/p")
		want(t, "X-List", a.get("X-List"), "a | b")
		want(t, "Content-Type", a.get("Content-Type"), "text/plain; charset=utf-8")
	})
	t.Run("B2_21 inside another page cache the outer takes its TTL from the inner", func(t *testing.T) {
		s, other := newSite(t), newSite(t)
		v := numbered()
		h := other.CachePage(larder.DefaultTTL)(s.CachePage(20 * time.Second)(v))
		get(h, "/p")
		other.clock.Advance(19 * time.Second)
		want(t, "outer hit", get(h, "/p").body, "1")
		other.clock.Advance(time.Second)
		a := get(h, "/p") // the inner one's clock stands still: its hit, no new page
		want(t, "inner hit", a.body, "1")
		want(t, "both speak, origin first", a.cache(), "larder; hit; ttl=20 | larder; fwd=stale; fwd-status=200; stored")
	})
}
