package cachepage_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
)

// What must not be kept as a part: the same range is asked of the origin again.
func TestPartsThatAreNotKept(t *testing.T) {
	const good = "Content-Range: bytes 2-5/10"
	for name, c := range map[string]struct {
		ask    string
		lines  []string
		body   string
		detail string
	}{
		"RFC 9111 §3.4: a weak tag":       {"bytes=2-5", []string{`Etag: W/"1"`, good}, "2345", "partial"},
		"§3.4: no tag":                    {"bytes=2-5", []string{good, "Last-Modified: Mon, 23 Nov 2026 09:00:00 GMT"}, "2345", "partial"},
		"two tags":                        {"bytes=2-5", []string{`Etag: "1"`, `Etag: "1"`, good}, "2345", "partial"},
		"RFC 9110 §14.4: no range":        {"bytes=2-5", []string{`Etag: "1"`}, "2345", "partial"},
		"two ranges":                      {"bytes=2-5", []string{`Etag: "1"`, good, good}, "2345", "partial"},
		"unknown size":                    {"bytes=2-5", []string{`Etag: "1"`, "Content-Range: bytes 2-5/*"}, "2345", "partial"},
		"a range beyond the size":         {"bytes=2-5", []string{`Etag: "1"`, "Content-Range: bytes 2-5/5"}, "2345", "partial"},
		"another unit":                    {"bytes=2-5", []string{`Etag: "1"`, "Content-Range: lines 2-5/10"}, "2345", "partial"},
		"a length that is another":        {"bytes=2-5", []string{`Etag: "1"`, good, "Content-Length: 5"}, "23456", "partial"},
		"a body that is shorter":          {"bytes=2-5", []string{`Etag: "1"`, good}, "234", "short-body"},
		"a body that is longer":           {"bytes=2-5", []string{`Etag: "1"`, good}, "23456", "short-body"},
		"RFC 9110 §15.3.7.2: multipart":   {"bytes=2-5", []string{`Etag: "1"`, good, "Content-Type: multipart/byteranges; boundary=x"}, "2345", "partial"},
		"one part of several asked for":   {"bytes=2-5,8-9", []string{`Etag: "1"`, good}, "2345", ""},
		"another unit asked for":          {"lines=2-5", []string{`Etag: "1"`, good}, "2345", ""},
		"private":                         {"bytes=2-5", []string{`Etag: "1"`, good, "Cache-Control: private"}, "2345", "private"},
		"no-store":                        {"bytes=2-5", []string{`Etag: "1"`, good, "Cache-Control: no-store"}, "2345", "no-store"},
		"a cookie":                        {"bytes=2-5", []string{`Etag: "1"`, good, "Set-Cookie: a=b"}, "2345", "set-cookie"},
		"Vary: *":                         {"bytes=2-5", []string{`Etag: "1"`, good, "Vary: *"}, "2345", "vary-star"},
		"nobody asked for a part":         {"", []string{`Etag: "1"`, good}, "2345", "partial"},
		"RFC 9111 §3: no-store of asking": {"bytes=2-5|Cache-Control: no-store", []string{`Etag: "1"`, good}, "2345", "request"},
	} {
		t.Run(name, func(t *testing.T) {
			v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
				addLines(w.Header(), append(c.lines, "Cache-Control: max-age=60"))
				w.WriteHeader(http.StatusPartialContent)
				w.Write([]byte(c.body))
			}}
			h := newSite(t).follow(v)
			var lines []string
			if c.ask != "" {
				lines = strings.Split("Range: "+c.ask, "|")
			}
			says := "larder; fwd=uri-miss; fwd-status=206"
			if c.detail != "" {
				says += "; detail=" + c.detail
			}
			for range 2 {
				a := get(h, "/p", lines...)
				want(t, "status", a.status, 206)
				want(t, "body", a.body, c.body)
				want(t, "Cache-Status", strings.ReplaceAll(a.cache(), "fwd=miss", "fwd=uri-miss"), says)
			}
			want(t, "runs", v.runs.Load(), 2)
		})
	}
}

func TestPartsBelongToFollowOrigin(t *testing.T) {
	t.Run("not under a TTL", func(t *testing.T) {
		d := newDocument()
		h := newSite(t).cached(d)
		get(h, "/p", "Range: bytes=2-5")
		want(t, "Cache-Status", get(h, "/p", "Range: bytes=2-5").cache(), "larder; fwd=uri-miss; fwd-status=206")
	})
	t.Run("a ttl for what says nothing is for whole pages", func(t *testing.T) {
		d, s := newDocument("A: 1"), newSite(t)
		h := s.CachePage(time.Minute, cachepage.FollowOrigin())(d)
		get(h, "/p", "Range: bytes=0-4")
		want(t, "a part", get(h, "/p", "Range: bytes=0-4").cache(), "larder; fwd=stale; fwd-status=206; stored")
		want(t, "the rest", get(h, "/p").cache(), "larder; fwd=stale; fwd-status=206; stored")
		want(t, "the whole", get(h, "/p").cache(), isHit)
	})
	t.Run("not where the route compresses", func(t *testing.T) {
		d := newDocument()
		h := newSite(t).follow(d, cachepage.Compress())
		get(h, "/p", "Range: bytes=2-5")
		want(t, "runs for the second", get(h, "/p", "Range: bytes=2-5").hit(), false)
	})
}

func TestWholePagesWinOverParts(t *testing.T) {
	t.Run("a stale one too", func(t *testing.T) {
		s, d := newSite(t), newDocument()
		h := s.follow(d)
		get(h, "/p")
		s.clock.Advance(2 * time.Minute)
		want(t, "range", get(h, "/p", "Range: bytes=0-4").cache(), "larder; fwd=stale; fwd-status=206")
		want(t, "whole", get(h, "/p").cache(), "larder; fwd=stale; fwd-status=304; ttl=60; stored")
	})
	t.Run("one that was made meanwhile", func(t *testing.T) {
		d := newDocument()
		h := newSite(t).follow(d)
		fine := d.serve
		d.serve = func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") != "" {
				get(h, "/p")
			}
			fine(w, r)
		}
		want(t, "range", get(h, "/p", "Range: bytes=0-4").cache(), "larder; fwd=uri-miss; fwd-status=206; detail=whole-page")
		want(t, "whole", get(h, "/p").cache(), isHit)
	})
	t.Run("a 200 to a range request is one", func(t *testing.T) {
		h := newSite(t).follow(page("0123456789", "Cache-Control: max-age=60"))
		want(t, "range", get(h, "/p", "Range: bytes=0-4").outcome(), whole)
		want(t, "whole", get(h, "/p").cache(), isHit)
	})
}

func TestHEADIsNotAnsweredFromAPart(t *testing.T) {
	d := newDocument()
	h := newSite(t).follow(d)
	get(h, "/p", "Range: bytes=2-5")
	a := do(h, http.MethodHead, "/p", "Range: bytes=2-5")
	want(t, "Cache-Status", a.cache(), "larder; fwd=partial; fwd-status=206")
	want(t, "the part is still there", get(h, "/p", "Range: bytes=2-5").cache(), isHit)
}

// Range requests wait for nobody: one inside another's render comes back.
func TestRangeRequestsDoNotWait(t *testing.T) {
	d := newDocument()
	h := newSite(t).follow(d)
	fine := d.serve
	d.serve = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") == "" {
			want(t, "while the whole is made", get(h, "/p", "Range: bytes=0-4").cache(), stored)
		}
		fine(w, r)
	}
	want(t, "whole", get(h, "/p").outcome(), whole)
	want(t, "kept", get(h, "/p").outcome(), whole)
}

// Anybody could ask for a range beyond the end and leave all others a 416.
func TestA416IsNoPage(t *testing.T) {
	h := newSite(t).follow(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		if r.Header.Get("Range") != "" {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		w.Write([]byte("0123456789"))
	}})
	want(t, "range", get(h, "/p", "Range: bytes=20-").status, 416)
	want(t, "whole", get(h, "/p").outcome(), whole)
}
