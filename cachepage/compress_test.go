package cachepage_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/larder-go/larder/cachepage"
)

// plain undoes a content coding.
func plain(t *testing.T, a answer) string {
	t.Helper()
	var r io.Reader = strings.NewReader(a.body)
	var err error
	switch a.get("Content-Encoding") {
	case "gzip":
		r, err = gzip.NewReader(r)
	case "br":
		r = brotli.NewReader(r)
	case "zstd":
		r, err = zstd.NewReader(r)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestCompressNegotiates(t *testing.T) {
	text := strings.Repeat("All work and no play. ", 200)
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen", r.Header.Get("Accept-Encoding"))
		io.WriteString(w, text)
	}}
	h := newSite(t).cached(v, cachepage.Compress())
	tags := map[string]string{}
	for _, c := range []struct{ accepts, coding string }{
		{"gzip", "gzip"}, {"br", "br"}, {"zstd", "zstd"}, {"gzip, br, zstd", "zstd"}, {"zstd;q=0.5, br", "br"},
		{"GZIP", "gzip"}, {"identity", ""}, {"deflate", ""}, {"", ""}, {"gzip;q=0", ""},
	} {
		a := get(h, "/p", "Accept-Encoding: "+c.accepts)
		want(t, c.accepts, a.get("Content-Encoding"), c.coding)
		want(t, c.accepts+": text", plain(t, a), text)
		want(t, c.accepts+": Vary", a.get("Vary"), "Accept-Encoding")
		want(t, c.accepts+": the handler does not see it", a.get("X-Seen"), "")
		if other, met := tags[a.get("Etag")]; met {
			want(t, "one tag, one coding", c.coding, other)
		}
		tags[a.get("Etag")] = c.coding
		again := get(h, "/p", "Accept-Encoding: "+c.accepts, "If-None-Match: "+a.get("Etag"))
		want(t, c.accepts+": 304", again.status, 304)
		want(t, c.accepts+": fields of the 304", again.get("Etag")+again.get("Content-Encoding")+again.get("Content-Length"), a.get("Etag"))
	}
	want(t, "tags", len(tags), 4)
	want(t, "runs", v.runs.Load(), 1)
}

func TestCompressedHeadAndRanges(t *testing.T) {
	h := newSite(t).cached(page(strings.Repeat("0123456789", 200)), cachepage.Compress("gzip"))
	whole := get(h, "/p", "Accept-Encoding: gzip")
	want(t, "HEAD", do(h, "HEAD", "/p", "Accept-Encoding: gzip").get("Content-Length"), whole.get("Content-Length"))
	part := get(h, "/p", "Accept-Encoding: gzip", "Range: bytes=1-3")
	want(t, "a range is one of the coded bytes", part.body, whole.body[1:4])
	want(t, "a range of the plain ones", get(h, "/p", "Range: bytes=1-3").body, "123")
}

// A handler that codes by itself would answer HEAD about other bytes than it
// answers GET with, and so make the page invalid each time.
func TestCompressedPagesAndHEADAtTheHandler(t *testing.T) {
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		addLines(w.Header(), []string{"Cache-Control: max-age=10", "Content-Type: text/plain"})
		w.Header().Set("X-Seen", r.Header.Get("Accept-Encoding"))
		if r.Header.Get("Accept-Encoding") != "" {
			addLines(w.Header(), []string{"Content-Encoding: gzip", "Content-Length: 77"})
			return
		}
		io.WriteString(w, strings.Repeat("text ", 1000))
	}}
	for name, opts := range map[string][]cachepage.Option{"under a TTL": nil, "following": {cachepage.FollowOrigin()}} {
		s := newSite(t)
		h := s.cached(v, append(opts, cachepage.Compress("gzip"))...)
		want(t, name+": HEAD", do(h, "HEAD", "/p", "Accept-Encoding: gzip").get("X-Seen"), "")
		want(t, name+": a range", get(h, "/p", "Accept-Encoding: gzip", "Range: bytes=1-2").get("X-Seen"), "")
		get(h, "/p")
		if opts == nil {
			continue
		}
		s.clock.Advance(15 * time.Second)
		do(h, "HEAD", "/p", "Accept-Encoding: gzip")
		want(t, "updated", get(h, "/p", "Accept-Encoding: gzip").hit(), true)
	}
}

func TestCompressLeavesAlone(t *testing.T) {
	text := strings.Repeat("text ", 1000)
	for name, v := range map[string]*view{
		"what is small":                 page("text"),
		"what is coded already":         page(text, "Content-Encoding: gzip"),
		"what says no-transform":        page(text, "Cache-Control: No-Transform"),
		"what carries a digest":         page(text, "Content-Digest: sha-256=:AAAA:"),
		"types that are compressed":     page(text, "Content-Type: image/png"),
		"what would not become smaller": page(string(noise(4096)), "Content-Type: text/plain"),
	} {
		h := newSite(t).cached(v, cachepage.Compress("gzip"))
		first := get(h, "/p")
		for range 2 {
			want(t, name, get(h, "/p", "Accept-Encoding: gzip").body, first.body)
		}
	}
}

// noise is bytes that no coder makes fewer.
func noise(n int) []byte {
	var b bytes.Buffer
	for x := uint64(88172645463325252); b.Len() < n; {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		b.WriteByte(byte(x))
	}
	return b.Bytes()
}
