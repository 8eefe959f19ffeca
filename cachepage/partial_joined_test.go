package cachepage_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
)

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

func TestPartsTellVariantsApart(t *testing.T) {
	d := newDocument("Cache-Control: max-age=60", "Vary: Accept-Language")
	h := newSite(t).follow(d)
	get(h, "/p", "Range: bytes=0-4", "Accept-Language: de")
	want(t, "the same", get(h, "/p", "Range: bytes=0-4", "Accept-Language: de").cache(), isHit)
	want(t, "another", get(h, "/p", "Range: bytes=0-4", "Accept-Language: fr").hit(), false)
	get(h, "/p", "Accept-Language: fr")
	want(t, "asked for the whole of its own part", d.asked, `bytes=5- "1"`)
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

// RFC 9530 §2: the digest of a part is not that of what it was joined to.
func TestJoinedPartsHaveNoDigest(t *testing.T) {
	for name, ask := range map[string][]string{"the rest, asked for by the cache": nil, "a part, asked for by a client": {"Range: bytes=5-"}} {
		t.Run(name, func(t *testing.T) {
			d := newDocument()
			plain := d.serve
			d.serve = func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Digest", "sha-256=:AAAA:")
				w.Header().Set("Repr-Digest", "sha-256=:BBBB:")
				plain(w, r)
			}
			h := newSite(t).follow(d)
			get(h, "/p", "Range: bytes=0-4")
			want(t, "Content-Digest of the answer", get(h, "/p", ask...).get("Content-Digest"), map[bool]string{true: "sha-256=:AAAA:"}[ask != nil])
			a := get(h, "/p")
			want(t, "Cache-Status", a.cache(), isHit)
			want(t, "Content-Digest", a.get("Content-Digest"), "")
			want(t, "Repr-Digest", a.get("Repr-Digest"), "sha-256=:BBBB:")
		})
	}
}
