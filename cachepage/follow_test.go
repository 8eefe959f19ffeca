package cachepage_test

import (
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
)

// follow is a route without a lifetime of its own.
func (s *site) follow(v http.Handler, opts ...cachepage.Option) http.Handler {
	return s.CachePage(0, append(opts, cachepage.FollowOrigin())...)(v)
}

func TestFollowOriginLifetimes(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		lives time.Duration // 0: not kept
	}{
		"max-age":                              {[]string{"Cache-Control: max-age=10"}, 10 * time.Second},
		"s-maxage before max-age":              {[]string{"Cache-Control: max-age=10, s-maxage=20"}, 20 * time.Second},
		"Expires":                              {[]string{"Expires: Mon, 23 Nov 2026 10:00:30 GMT", "Date: Mon, 23 Nov 2026 10:00:00 GMT"}, 30 * time.Second},
		"CDN-Cache-Control before all":         {[]string{"CDN-Cache-Control: max-age=40", "Cache-Control: no-store"}, 40 * time.Second},
		"a broken CDN-Cache-Control is no one": {[]string{"CDN-Cache-Control: max-age=???", "Cache-Control: max-age=10"}, 10 * time.Second},
		"Age counts":                           {[]string{"Cache-Control: max-age=10", "Age: 4"}, 6 * time.Second},
		"nothing said":                         {nil, 0},
		"no-store":                             {[]string{"Cache-Control: max-age=10, no-store"}, 0},
		"private":                              {[]string{"Cache-Control: max-age=10, private"}, 0},
		"a tenth of its age":                   {[]string{"Last-Modified: Mon, 23 Nov 2026 09:50:00 GMT"}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.follow(page("x", c.lines...))
			first := get(h, "/p")
			want(t, "nothing is added", first.get("Etag"), "")
			if c.lives == 0 {
				want(t, "kept", get(h, "/p").hit(), false)
				return
			}
			s.clock.Advance(c.lives - time.Second)
			want(t, "before its end", get(h, "/p").hit(), true)
			s.clock.Advance(time.Second)
			want(t, "at its end", get(h, "/p").hit(), false)
		})
	}
	t.Run("the ttl is for what says nothing", func(t *testing.T) {
		s := newSite(t)
		h := s.CachePage(time.Minute, cachepage.FollowOrigin())(page("x"))
		a := get(h, "/p")
		want(t, "hit", get(h, "/p").hit(), true)
		want(t, "header as the handler set it", a.get("Cache-Control")+a.get("Expires"), "")
	})
	t.Run("Targets", func(t *testing.T) {
		s := newSite(t)
		h := s.follow(page("x", "My-Cache-Control: max-age=50", "CDN-Cache-Control: no-store"), cachepage.Targets("my-cache-control"))
		get(h, "/p")
		want(t, "ttl", get(h, "/p").cache(), "larder; hit; ttl=50")
	})
}

// validated is an origin that answers conditional requests for its version.
func validated(version *string, lines ...string) *view {
	return &view{serve: func(w http.ResponseWriter, r *http.Request) {
		addLines(w.Header(), lines)
		w.Header().Set("Etag", fmt.Sprintf("%q", *version))
		w.Header().Set("X-Asked", r.Header.Get("If-None-Match"))
		if r.Header.Get("If-None-Match") == w.Header().Get("Etag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, "version "+*version)
	}}
}

func TestFollowOriginRevalidates(t *testing.T) {
	t.Run("a cookie of a 304 is for the visitor who asked, and for nobody else", func(t *testing.T) {
		s, version := newSite(t), "1"
		v := validated(&version, "Cache-Control: max-age=10")
		h := s.follow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") != "" {
				http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			}
			v.ServeHTTP(w, r)
		}))
		get(h, "/p")
		s.clock.Advance(15 * time.Second)
		a := get(h, "/p")
		want(t, "Cache-Status", a.cache(), "larder; fwd=stale; fwd-status=304; ttl=10; stored")
		want(t, "cookie", a.get("Set-Cookie"), "seen=1")
		a = get(h, "/p")
		want(t, "hit", a.hit(), true)
		want(t, "cookie of a hit", a.get("Set-Cookie"), "")
	})
	t.Run("a 304 updates what is stored", func(t *testing.T) {
		s, version := newSite(t), "1"
		v := validated(&version, "Cache-Control: max-age=10")
		h := s.follow(v)
		get(h, "/p")
		s.clock.Advance(15 * time.Second)
		a := get(h, "/p")
		want(t, "status", a.status, 200)
		want(t, "body", a.body, "version 1")
		want(t, "Cache-Status", a.cache(), "larder; fwd=stale; fwd-status=304; ttl=10; stored")
		want(t, "a field of the 304", a.get("X-Asked"), `"1"`)
		want(t, "fresh again", get(h, "/p").cache(), "larder; hit; ttl=10")
		want(t, "runs", v.runs.Load(), 2)
	})
	t.Run("a 200 replaces it", func(t *testing.T) {
		s, version := newSite(t), "1"
		h := s.follow(validated(&version, "Cache-Control: max-age=10"))
		get(h, "/p")
		s.clock.Advance(15 * time.Second)
		version = "2"
		want(t, "body", get(h, "/p").body, "version 2")
		want(t, "kept", get(h, "/p").body, "version 2")
	})
	t.Run("the client's own condition is answered from the outcome", func(t *testing.T) {
		s, version := newSite(t), "1"
		h := s.follow(validated(&version, "Cache-Control: max-age=10"))
		get(h, "/p")
		s.clock.Advance(15 * time.Second)
		want(t, "holds", get(h, "/p", `If-None-Match: "1"`).status, 304)
		s.clock.Advance(15 * time.Second)
		a := get(h, "/p", `If-None-Match: "0"`)
		want(t, "does not", a.status, 200)
		want(t, "body", a.body, "version 1")
	})
	t.Run("a client's condition on a miss is the origin's", func(t *testing.T) {
		s, version := newSite(t), "1"
		h := s.follow(validated(&version, "Cache-Control: max-age=10"))
		want(t, "status", get(h, "/p", `If-None-Match: "1"`).status, 304)
		want(t, "not kept", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; stored")
	})
	t.Run("no-cache is kept and asked about each time", func(t *testing.T) {
		s, version := newSite(t), "1"
		v := validated(&version, "Cache-Control: no-cache")
		h := s.follow(v)
		get(h, "/p")
		for range 2 {
			a := get(h, "/p")
			want(t, "body", a.body, "version 1")
			want(t, "Cache-Status", a.cache(), "larder; fwd=stale; fwd-status=304; ttl=0; stored")
		}
		want(t, "runs", v.runs.Load(), 3)
	})
	t.Run("a request's no-cache", func(t *testing.T) {
		s, version := newSite(t), "1"
		h := s.follow(validated(&version, "Cache-Control: max-age=10"))
		get(h, "/p")
		want(t, "Cache-Status", get(h, "/p", "Cache-Control: no-cache").cache(), "larder; fwd=request; fwd-status=304; ttl=10; stored")
	})
	t.Run("only-if-cached", func(t *testing.T) {
		s := newSite(t)
		h := s.follow(page("x", "Cache-Control: max-age=10"))
		a := get(h, "/p", "Cache-Control: only-if-cached")
		want(t, "nothing there", a.status, 504)
		want(t, "Cache-Status", a.cache(), "larder; detail=only-if-cached")
		get(h, "/p")
		want(t, "there", get(h, "/p", "Cache-Control: only-if-cached").hit(), true)
	})
	t.Run("Authorization", func(t *testing.T) {
		for said, shared := range map[string]bool{"max-age=10": false, "max-age=10, public": true, "s-maxage=10": true, "max-age=10, must-revalidate": true} {
			h := newSite(t).follow(page("x", "Cache-Control: "+said))
			get(h, "/p", "Authorization: a")
			want(t, said, get(h, "/p", "Authorization: b").hit(), shared)
		}
	})
	t.Run("an origin that cannot be reached", func(t *testing.T) {
		s, down := newSite(t), false
		h := s.follow(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=10")
			if down {
				w.WriteHeader(http.StatusBadGateway)
			}
			io.WriteString(w, "x")
		}})
		get(h, "/p")
		s.clock.Advance(20 * time.Second)
		down = true
		a := get(h, "/p")
		want(t, "status", a.status, 200)
		want(t, "Cache-Status", a.cache(), "larder; fwd=stale; fwd-status=502; ttl=-10; detail=stale-if-error")
	})
	t.Run("an origin whose failure breaks off, as a reverse proxy reports it", func(t *testing.T) {
		s, v := newSite(t), page("x", "Cache-Control: max-age=10")
		h := s.follow(v)
		get(h, "/p")
		s.clock.Advance(20 * time.Second)
		v.serve = func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
			io.WriteString(w, "half")
			panic(http.ErrAbortHandler)
		}
		a := get(h, "/p")
		want(t, "body", a.body, "x")
		want(t, "Cache-Status", a.cache(), "larder; fwd=stale; fwd-status=503; ttl=-10; detail=stale-if-error")
	})
	t.Run("a precondition that only the origin can judge", func(t *testing.T) {
		h := newSite(t).follow(page("x", "Cache-Control: max-age=10"))
		get(h, "/p")
		want(t, "bypass", get(h, "/p", `If-Match: "1"`).cache(), "larder; fwd=bypass; fwd-status=200; detail=precondition")
	})
}
