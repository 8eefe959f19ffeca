package cachepage_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

// RFC 9111 §4.3.5: what an answer to HEAD does to the stored page.
func TestHEADUpdatesTheStoredPage(t *testing.T) {
	for _, c := range []struct {
		name   string
		lines  []string // of the answer to HEAD, besides max-age=60
		status int
		hit    bool // of a GET afterwards
		x      string
	}{
		{"same tag and length", []string{`Etag: "1"`, "Content-Length: 4", "X: new"}, 200, true, "new"},
		{"no validator at all", []string{"X: new"}, 200, true, "new"},
		{"what it does not name stays", []string{`Etag: "1"`}, 200, true, "old"},
		{"another tag", []string{`Etag: "2"`, "X: new"}, 200, false, "old"},
		{"another length", []string{`Etag: "1"`, "Content-Length: 5", "X: new"}, 200, false, "old"},
		{"an error", []string{"X: new"}, 500, false, "old"},
		{"a cookie is its sender's alone", []string{`Etag: "1"`, "Set-Cookie: a=b", "X: new"}, 200, true, "new"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Cache-Control", "max-age=60")
				if r.Method == http.MethodHead {
					addLines(w.Header(), c.lines)
					w.WriteHeader(c.status)
					return
				}
				addLines(w.Header(), []string{`Etag: "1"`, "X: old"})
				w.Write([]byte("page"))
			}}
			h := s.CachePage(0, cachepage.FollowOrigin())(v)
			get(h, "/p")
			s.clock.Advance(2 * time.Minute)
			want(t, "status of HEAD", do(h, http.MethodHead, "/p").status, c.status)
			a := get(h, "/p")
			want(t, "hit", a.hit(), c.hit)
			want(t, "body", a.body, "page")
			want(t, "X", a.get("X"), c.x)
			want(t, "Set-Cookie", a.get("Set-Cookie"), "")
		})
	}
}

// A HEAD that shows another page makes a fresh copy useless too.
func TestHEADOutdatesAFreshPage(t *testing.T) {
	v := page("page", "Cache-Control: max-age=60", `Etag: "1"`)
	h := newSite(t).CachePage(0, cachepage.FollowOrigin())(v)
	get(h, "/p")
	v.serve = page("new", "Cache-Control: max-age=60", `Etag: "2"`).serve
	do(h, http.MethodHead, "/p", "Cache-Control: no-cache")
	want(t, "body", get(h, "/p").body, "new")
}

// RFC 9111 §4.3.4: a 304 to the cache that names another tag is about something
// else. The page is asked for whole, and the client sees no 304.
func TestRevalidationAnsweredAboutAnotherPage(t *testing.T) {
	s := newSite(t)
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		if r.Header.Get("If-None-Match") != "" {
			w.Header().Set("Etag", `"2"`)
			w.Header().Set("X", "of the 304")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Etag", `"1"`)
		w.Write([]byte("page"))
	}}
	h := s.CachePage(0, cachepage.FollowOrigin())(v)
	get(h, "/p")
	s.clock.Advance(2 * time.Minute)
	a := get(h, "/p")
	want(t, "status", a.status, 200)
	want(t, "body", a.body, "page")
	want(t, "X", a.get("X"), "")
	want(t, "Cache-Status", a.cache(), "larder; fwd=stale; fwd-status=200; stored")
	want(t, "runs", v.runs.Load(), 3)
	want(t, "hit", get(h, "/p").hit(), true)
}

// TestAnInvalidatedPageIsNotUpdated by an answer to HEAD that has no validator:
// the page was found before the invalidation, and looked at after it.
func TestAnInvalidatedPageIsNotUpdated(t *testing.T) {
	for at := range 8 { // reading of the clock at which it is invalidated
		version, armed, clock := 1, -1, newClock()
		var s *site
		s = newSite(t, larder.WithClock(func() time.Time {
			if armed == 0 {
				armed--
				version++
				if err := s.Purge(t.Context(), "http://shop.example/p"); err != nil {
					t.Error(err)
				}
			}
			armed--
			return clock.Now()
		}))
		h := s.follow(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=10")
			if r.Method == http.MethodGet {
				fmt.Fprint(w, version)
			}
		}})
		get(h, "/p")
		clock.Advance(15 * time.Second)
		armed = at
		do(h, http.MethodHead, "/p")
		armed = -1
		want(t, fmt.Sprint("reading ", at), get(h, "/p").body, fmt.Sprint(version))
	}
}
