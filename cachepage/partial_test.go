package cachepage_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// document is an origin that answers range requests by the book.
type document struct {
	*view
	text, tag string
	lines     []string
	asked     string // Range and If-Range of the last request
}

func newDocument(lines ...string) *document {
	d := &document{text: "0123456789", tag: `"1"`, lines: append(lines, "Content-Type: text/plain")}
	if len(lines) == 0 {
		d.lines = append(d.lines, "Cache-Control: max-age=60")
	}
	d.view = &view{serve: func(w http.ResponseWriter, r *http.Request) {
		d.asked = strings.Trim(r.Header.Get("Range")+" "+r.Header.Get("If-Range"), " ")
		addLines(w.Header(), d.lines)
		w.Header().Set("Etag", d.tag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(d.text))
	}}
	return d
}

// outcome is what the tests here look at, in one line.
func (a answer) outcome() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", a.status, a.body, a.get("Content-Range")))
}

const (
	stored  = "larder; fwd=uri-miss; fwd-status=206; stored"
	isHit   = "larder; hit; ttl=60"
	whole   = "200 0123456789"
	asWhole = "larder; fwd=partial; fwd-status=200; stored"
)

func TestPartsOfPages(t *testing.T) {
	type step struct {
		ask   string // header lines
		want  string // status, body, Content-Range
		cache string // Cache-Status
		asked string // of the origin, where it is asked
	}
	for _, c := range []struct {
		clause string
		steps  []step
	}{
		{"RFC 9111 §3.3: what lies within is answered", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", isHit, ""},
			{"Range: bytes=3-4", "206 34 bytes 3-4/10", isHit, ""},
			{"Range: bytes=2-3,4-5", "206 2345 bytes 2-5/10", isHit, ""},
		}},
		{"a suffix", []step{
			{"Range: bytes=-3", "206 789 bytes 7-9/10", stored, "bytes=-3"},
			{"Range: bytes=-2", "206 89 bytes 8-9/10", isHit, ""},
			{"Range: bytes=8-", "206 89 bytes 8-9/10", isHit, ""},
			{"Range: bytes=-4", "206 6789 bytes 6-9/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=-4"},
		}},
		{"§3.3: never an answer to a request for the whole", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"", whole, asWhole, ""},
			{"", whole, isHit, ""},
			{"Range: bytes=0-0", "206 0 bytes 0-0/10", isHit, ""},
		}},
		{"§3.3: the rest is asked for and makes it whole", []step{
			{"Range: bytes=0-4", "206 01234 bytes 0-4/10", stored, "bytes=0-4"},
			{"", whole, "larder; fwd=partial; fwd-status=206; stored", `bytes=5- "1"`},
			{"", whole, isHit, ""},
			{"Range: bytes=-1", "206 9 bytes 9-9/10", isHit, ""},
		}},
		{"§3.4: parts that touch are joined", []step{
			{"Range: bytes=4-5", "206 45 bytes 4-5/10", stored, "bytes=4-5"},
			{"Range: bytes=6-7", "206 67 bytes 6-7/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=6-7"},
			{"Range: bytes=4-7", "206 4567 bytes 4-7/10", isHit, ""},
		}},
		{"§3.4: and those that overlap, up to the whole", []step{
			{"Range: bytes=4-", "206 456789 bytes 4-9/10", stored, "bytes=4-"},
			{"Range: bytes=0-5", "206 012345 bytes 0-5/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=0-5"},
			{"", whole, isHit, ""},
		}},
		{"of two apart the later one stays", []step{
			{"Range: bytes=0-1", "206 01 bytes 0-1/10", stored, "bytes=0-1"},
			{"Range: bytes=5-6", "206 56 bytes 5-6/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=5-6"},
			{"Range: bytes=5-5", "206 5 bytes 5-5/10", isHit, ""},
			{"Range: bytes=1-1", "206 1 bytes 1-1/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=1-1"},
		}},
		{"a range that is all there is makes a page", []step{
			{"Range: bytes=0-", "206 0123456789 bytes 0-9/10", stored, "bytes=0-"},
			{"", whole, isHit, ""},
		}},
		{"what cannot be satisfied is the origin's to refuse", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=20-", "416 invalid range: failed to overlap\n bytes */10", "larder; fwd=partial; fwd-status=416; detail=status", "bytes=20-"},
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", isHit, ""},
		}},
		{"a malformed range is the origin's to judge", []step{
			{"Range: bytes=0-4", "206 01234 bytes 0-4/10", stored, "bytes=0-4"},
			{"Range: bytes=4-0", "416 invalid range", "larder; fwd=partial; fwd-status=416", "bytes=4-0"},
		}},
		{"RFC 9110 §13.1.5: If-Range", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-3|If-Range: \"1\"", "206 23 bytes 2-3/10", isHit, ""},
			{"Range: bytes=2-3|If-Range: W/\"1\"", whole, "larder; fwd=partial; fwd-status=200; stored", `bytes=2-3 W/"1"`},
		}},
		{"RFC 9110 §15.3.7: a 206 to If-Range is no page by itself", []step{
			{"Range: bytes=2-5|If-Range: \"1\"", "206 2345 bytes 2-5/10", "larder; fwd=uri-miss; fwd-status=206; detail=partial", `bytes=2-5 "1"`},
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=5-8|If-Range: \"1\"", "206 5678 bytes 5-8/10", "larder; fwd=partial; fwd-status=206; stored", `bytes=5-8 "1"`},
			{"Range: bytes=2-8", "206 2345678 bytes 2-8/10", isHit, ""},
		}},
		{"RFC 9110 §13.2.2: preconditions come before Range", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-5|If-None-Match: \"1\"", "304", isHit, ""},
			{"Range: bytes=2-5|If-None-Match: \"0\"", "206 2345 bytes 2-5/10", isHit, ""},
			{"Range: bytes=0-1|If-None-Match: \"1\"", "304", "larder; fwd=partial; fwd-status=304; detail=status", "bytes=0-1"},
			{"If-None-Match: \"1\"", "304", "larder; fwd=partial; fwd-status=304; detail=status", ""},
		}},
		{"RFC 9111 §5.2.1.7: only-if-cached", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-2|Cache-Control: only-if-cached", "206 2 bytes 2-2/10", isHit, ""},
			{"Cache-Control: only-if-cached", "504", "larder; detail=only-if-cached", ""},
			{"Range: bytes=0-2|Cache-Control: only-if-cached", "504", "larder; detail=only-if-cached", ""},
		}},
		{"RFC 9111 §5.2.1.4: no-cache", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-5|Cache-Control: no-cache", "206 2345 bytes 2-5/10", "larder; fwd=request; fwd-status=206; stored", "bytes=2-5"},
		}},
		{"RFC 9111 §3.5: Authorization", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-5|Authorization: a", "206 2345 bytes 2-5/10", "larder; fwd=uri-miss; fwd-status=206; detail=authorization", "bytes=2-5"},
		}},
	} {
		t.Run(c.clause, func(t *testing.T) {
			d := newDocument()
			h := newSite(t).follow(d)
			for i, s := range c.steps {
				d.asked = ""
				var lines []string
				if s.ask != "" {
					lines = strings.Split(s.ask, "|")
				}
				a := get(h, "/p", lines...)
				what := fmt.Sprintf("step %d, %q: ", i+1, s.ask)
				want(t, what+"answer", strings.TrimSpace(a.outcome()), s.want)
				want(t, what+"Cache-Status", a.cache(), s.cache)
				want(t, what+"asked of the origin", d.asked, s.asked)
				if a.status == 206 {
					want(t, what+"Content-Length", a.get("Content-Length"), fmt.Sprint(len(a.body)))
					want(t, what+"Content-Type", a.get("Content-Type"), "text/plain")
				}
			}
		})
	}
}

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

// RFC 9111 §3.4: the fields of the later part replace those of the earlier one.
func TestJoinedHeader(t *testing.T) {
	for name, ask := range map[string][]string{"the rest, asked for by the cache": nil, "a part, asked for by a client": {"Range: bytes=5-"}} {
		t.Run(name, func(t *testing.T) {
			d := newDocument("Cache-Control: max-age=60", "A: 1", "B: 1", "Date: Mon, 23 Nov 2026 10:00:00 GMT")
			s := newSite(t)
			h := s.follow(d)
			get(h, "/p", "Range: bytes=0-4")
			s.clock.Advance(10 * time.Second)
			d.lines = []string{"Cache-Control: max-age=30", "A: 2", "Date: Mon, 23 Nov 2026 10:00:10 GMT", "Content-Type: text/plain"}
			get(h, "/p", ask...)
			a := get(h, "/p")
			want(t, "answer", a.outcome(), whole)
			want(t, "Cache-Status", a.cache(), "larder; hit; ttl=30")
			want(t, "named again", a.get("A"), "2")
			want(t, "not named again", a.get("B"), "1")
			want(t, "Date", a.get("Date"), "Mon, 23 Nov 2026 10:00:10 GMT")
			want(t, "Content-Length", a.get("Content-Length"), "10")
		})
	}
}

func TestPartsGrowStaleAndOld(t *testing.T) {
	t.Run("a stale part is not served, but what agrees with it is joined", func(t *testing.T) {
		s, d := newSite(t), newDocument()
		h := s.follow(d)
		get(h, "/p", "Range: bytes=0-4")
		s.clock.Advance(2 * time.Minute)
		want(t, "within", get(h, "/p", "Range: bytes=3-5").cache(), "larder; fwd=stale; fwd-status=206; stored")
		want(t, "both", get(h, "/p", "Range: bytes=0-5").outcome(), "206 012345 bytes 0-5/10")
		want(t, "both", get(h, "/p", "Range: bytes=0-5").cache(), isHit)
	})
	t.Run("nor in place of an error", func(t *testing.T) {
		s, d := newSite(t), newDocument("Cache-Control: max-age=60, stale-if-error=600, stale-while-revalidate=600")
		h := s.follow(d)
		get(h, "/p", "Range: bytes=0-4")
		s.clock.Advance(2 * time.Minute)
		d.serve = status(502).serve
		want(t, "status", get(h, "/p", "Range: bytes=0-4").status, 502)
		want(t, "of the whole", get(h, "/p").status, 502)
	})
	t.Run("another tag replaces it", func(t *testing.T) {
		d := newDocument()
		h := newSite(t).follow(d)
		get(h, "/p", "Range: bytes=0-4")
		d.text, d.tag = "abcdefghij", `"2"`
		want(t, "beside", get(h, "/p", "Range: bytes=5-6").outcome(), "206 fg bytes 5-6/10")
		want(t, "now", get(h, "/p", "Range: bytes=5-6").cache(), isHit)
		want(t, "before", get(h, "/p", "Range: bytes=0-4").outcome(), "206 abcde bytes 0-4/10")
	})
	t.Run("another tag when the rest is asked for", func(t *testing.T) {
		d := newDocument()
		h := newSite(t).follow(d)
		get(h, "/p", "Range: bytes=0-4")
		d.text, d.tag = "abcdefghij", `"2"`
		a := get(h, "/p")
		want(t, "answer", a.outcome(), "200 abcdefghij")
		want(t, "Cache-Status", a.cache(), asWhole)
		want(t, "asked", d.asked, `bytes=5- "1"`)
		want(t, "kept", get(h, "/p").outcome(), "200 abcdefghij")
	})
}

// An origin that answers our request for the rest with something else: the
// client asked for the whole and gets it.
func TestRestThatIsNone(t *testing.T) {
	for name, broken := range map[string]http.HandlerFunc{
		"If-Range ignored": func(w http.ResponseWriter, r *http.Request) {
			addLines(w.Header(), []string{`Etag: "2"`, "Content-Range: bytes 5-9/10"})
			w.WriteHeader(206)
			w.Write([]byte("fghij"))
		},
		"a part that leaves a gap": func(w http.ResponseWriter, r *http.Request) {
			addLines(w.Header(), []string{`Etag: "1"`, "Content-Range: bytes 6-9/10"})
			w.WriteHeader(206)
			w.Write([]byte("6789"))
		},
		"a part that ends early": func(w http.ResponseWriter, r *http.Request) {
			addLines(w.Header(), []string{`Etag: "1"`, "Content-Range: bytes 5-8/10"})
			w.WriteHeader(206)
			w.Write([]byte("5678"))
		},
		"another coding": func(w http.ResponseWriter, r *http.Request) {
			addLines(w.Header(), []string{`Etag: "1"`, "Content-Range: bytes 5-9/10", "Content-Encoding: br"})
			w.WriteHeader(206)
			w.Write([]byte("56789"))
		},
		"416": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Range", "bytes */3")
			w.WriteHeader(416)
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDocument()
			h := newSite(t).follow(d)
			get(h, "/p", "Range: bytes=0-4")
			fine := d.serve
			d.serve = func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Range") != "" {
					w.Header().Set("X", "of the part")
					broken(w, r)
					return
				}
				fine(w, r)
			}
			a := get(h, "/p")
			want(t, "answer", a.outcome(), whole)
			want(t, "X", a.get("X"), "")
			want(t, "Cache-Status", a.cache(), asWhole)
			want(t, "runs", d.runs.Load(), 3)
			want(t, "hit", get(h, "/p").outcome(), whole)
		})
	}
	t.Run("a rest that breaks off is not kept", func(t *testing.T) {
		d := newDocument()
		h := newSite(t).follow(d)
		get(h, "/p", "Range: bytes=0-4")
		d.serve = func(w http.ResponseWriter, r *http.Request) {
			addLines(w.Header(), []string{`Etag: "1"`, "Content-Range: bytes 5-9/10", "Cache-Control: max-age=60"})
			w.WriteHeader(206)
			w.Write([]byte("56"))
		}
		want(t, "Cache-Status", get(h, "/p").cache(), "larder; fwd=partial; fwd-status=206; detail=short-body")
		want(t, "the part is still there", get(h, "/p", "Range: bytes=0-4").cache(), isHit)
	})
	t.Run("a rest that may not be kept is shown whole all the same", func(t *testing.T) {
		d := newDocument()
		h := newSite(t).follow(d)
		get(h, "/p", "Range: bytes=0-4")
		d.lines = []string{"Cache-Control: max-age=60", "Set-Cookie: a=b"}
		a := get(h, "/p")
		want(t, "answer", a.outcome(), whole)
		want(t, "cookie", a.get("Set-Cookie"), "a=b")
		want(t, "length", a.get("Content-Length"), "10")
		want(t, "Cache-Status", a.cache(), "larder; fwd=partial; fwd-status=206; detail=set-cookie")
		want(t, "hit", get(h, "/p").hit(), false)
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

// Whatever ends a page ends a part.
func TestPartsAreInvalidated(t *testing.T) {
	for name, end := range map[string]func(s *site, h http.Handler){
		"by its tag":            func(s *site, h http.Handler) { s.Invalidate(context.Background(), "doc") },
		"by its URL":            func(s *site, h http.Handler) { s.Purge(context.Background(), "http://shop.example/p") },
		"with all else":         func(s *site, h http.Handler) { s.Clear(context.Background()) },
		"by an unsafe method":   func(s *site, h http.Handler) { do(h, http.MethodDelete, "/p") },
		"by a tag said in code": func(s *site, h http.Handler) { s.Invalidate(context.Background(), "said") },
	} {
		t.Run(name, func(t *testing.T) {
			s, d := newSite(t), newDocument()
			fine := d.serve
			d.serve = func(w http.ResponseWriter, r *http.Request) {
				if d.runs.Load() == 1 { // the second part does not say it again
					larder.Tag(r.Context(), "said")
				}
				fine(w, r)
			}
			h := s.follow(d, cachepage.Tags("doc"))
			get(h, "/p", "Range: bytes=0-4")
			get(h, "/p", "Range: bytes=5-6")
			want(t, "before", get(h, "/p", "Range: bytes=0-6").cache(), isHit)
			end(s, h)
			want(t, "after", get(h, "/p", "Range: bytes=0-6").hit(), false)
		})
		t.Run(name+", while the rest is made", func(t *testing.T) {
			s, d := newSite(t), newDocument()
			h := s.follow(d, cachepage.Tags("doc"))
			fine := d.serve
			d.serve = func(w http.ResponseWriter, r *http.Request) {
				larder.Tag(r.Context(), "said")
				if r.Header.Get("Range") == "bytes=5-" {
					end(s, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
						s.follow(status(204)).ServeHTTP(w, r)
					}))
				}
				fine(w, r)
			}
			for _, ask := range [][]string{nil, {"Range: bytes=5-"}} {
				get(h, "/p", "Range: bytes=0-4")
				a := get(h, "/p", ask...)
				want(t, "Cache-Status", a.cache(), "larder; fwd=partial; fwd-status=206; detail=invalidated")
				d.asked = ""
				want(t, "kept", get(h, "/p", "Range: bytes=0-0").hit(), false)
				s.Clear(context.Background())
			}
		})
	}
}

// interrupted is a store in which something happens right before one of its
// reads.
type interrupted struct {
	store.Store
	reads  int // until then
	happen func()
}

func (s *interrupted) Get(ctx context.Context, key string) ([]byte, bool, error) {
	if s.reads--; s.reads == 0 {
		s.happen()
	}
	return s.Store.Get(ctx, key)
}

// An invalidation at any moment while a part is being completed: bytes from
// before it are in no answer afterwards, even if the origin's tag lies.
func TestPartsInvalidatedAtAnyMoment(t *testing.T) {
	moments := 0
	for over := false; !over; moments++ {
		for _, ask := range [][]string{nil, {"Range: bytes=5-"}} {
			m := memstore.New(memstore.Options{MaxBytes: 1 << 20})
			defer m.Close()
			stepped := &interrupted{Store: m}
			s, d := newSiteOn(t, stepped), newDocument()
			h := s.follow(d, cachepage.Tags("doc"))
			get(h, "/p", "Range: bytes=0-4")
			stepped.happen = func() {
				d.text = "abcdefghij"
				if err := s.Invalidate(t.Context(), "doc"); err != nil {
					t.Fatal(err)
				}
			}
			stepped.reads = moments + 1
			get(h, "/p", ask...)
			if over = stepped.reads > 0; over {
				continue
			}
			if a := get(h, "/p"); a.outcome() != "200 abcdefghij" {
				t.Errorf("invalidated before read %d of %q: %s", moments+1, ask, a.outcome())
			}
		}
	}
	if moments < 10 {
		t.Errorf("only %d moments", moments)
	}
}

func TestPartsTellVariantsApart(t *testing.T) {
	d := newDocument("Cache-Control: max-age=60", "Vary: Accept-Language")
	h := newSite(t).follow(d)
	get(h, "/p", "Range: bytes=0-4", "Accept-Language: de")
	want(t, "the same", get(h, "/p", "Range: bytes=0-4", "Accept-Language: de").cache(), isHit)
	want(t, "another", get(h, "/p", "Range: bytes=0-4", "Accept-Language: fr").hit(), false)
	get(h, "/p", "Accept-Language: fr")
	want(t, "asked for the whole of its own part", d.asked, `bytes=5- "1"`)
}

func TestHEADIsNotAnsweredFromAPart(t *testing.T) {
	d := newDocument()
	h := newSite(t).follow(d)
	get(h, "/p", "Range: bytes=2-5")
	a := do(h, http.MethodHead, "/p", "Range: bytes=2-5")
	want(t, "Cache-Status", a.cache(), "larder; fwd=partial; fwd-status=206")
	want(t, "the part is still there", get(h, "/p", "Range: bytes=2-5").cache(), isHit)
}

// Parts and what they grow to obey MaxBody, and a long rest is streamed.
func TestLargeParts(t *testing.T) {
	text := strings.Repeat("0123456789", 10_000)
	t.Run("streamed", func(t *testing.T) {
		d := newDocument()
		d.text = text
		h := newSite(t).follow(d)
		get(h, "/p", "Range: bytes=0-39999")
		a := get(h, "/p")
		want(t, "status", a.status, 200)
		want(t, "body", a.body == text, true)
		want(t, "asked", d.asked, `bytes=40000- "1"`)
		b := get(h, "/p")
		want(t, "hit", b.hit(), true)
		want(t, "hit's body", b.body == text, true)
	})
	t.Run("a part of what is too large", func(t *testing.T) {
		d := newDocument()
		d.text = text
		h := newSite(t).follow(d, cachepage.MaxBody(1000))
		get(h, "/p", "Range: bytes=0-599")
		want(t, "within", get(h, "/p", "Range: bytes=0-9").cache(), isHit)
		want(t, "joined it would be too large", get(h, "/p", "Range: bytes=600-1199").cache(), "larder; fwd=partial; fwd-status=206; stored")
		want(t, "so the later one stays", get(h, "/p", "Range: bytes=600-1199").cache(), isHit)
		want(t, "too large itself", get(h, "/p", "Range: bytes=0-1000").cache(), "larder; fwd=partial; fwd-status=206; detail=too-large")
		get(h, "/p")
		want(t, "the rest is not asked for", d.asked, "")
	})
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
