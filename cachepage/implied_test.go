package cachepage_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/larder-go/larder/cachepage"
)

const html = "<!doctype html><title>Shop</title>"

// wrapped hides the server's own writer, as a middleware does.
type wrapped struct{ http.ResponseWriter }

func (w wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// exchanged sends a request over a connection of its own. It returns status
// line, fields in order of their names, and body as received. Only the time
// that Date tells is left out.
func exchanged(t *testing.T, srv *httptest.Server, requestLine string, lines ...string) string {
	t.Helper()
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "%s\r\nHost: shop.example\r\nConnection: close\r\n%s\r\n", requestLine, strings.Join(append(lines, ""), "\r\n"))
	all, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	head, body, _ := strings.Cut(string(all), "\r\n\r\n")
	fields := strings.Split(head, "\r\n")
	slices.Sort(fields[1:])
	head = regexp.MustCompile(`\nDate: \w{3}, .* GMT\n`).ReplaceAllString(strings.Join(fields, "\n")+"\n", "\nDate: now\n")
	return head + body
}

// What net/http's server is left to write by itself is what it would have been
// told to write. If another version of Go does otherwise, this fails.
func TestAHitIsTheSameWhoeverWritesIt(t *testing.T) {
	long := html + strings.Repeat("<p>text</p>", 2000)
	for name, v := range map[string]*view{
		"html":                 page(long, "Content-Type: text/html; charset=utf-8"),
		"html, short":          page(html, "Content-Type: text/html; charset=utf-8"),
		"html, 2048 bytes":     page(long[:2048], "Content-Type: text/html; charset=utf-8"),
		"html, 2049 bytes":     page(long[:2049], "Content-Type: text/html; charset=utf-8"),
		"html, blanks first":   page("\n\t "+long, "Content-Type: text/html; charset=utf-8"),
		"html, found out":      page(long),
		"html, another form":   page(long, "Content-Type: text/html;charset=utf-8"),
		"html, nothing of it":  page("{}"+long, "Content-Type: text/html; charset=utf-8"),
		"html, two types":      page(long, "Content-Type: text/html; charset=utf-8", "Content-Type: text/plain"),
		"html, coded":          page(long, "Content-Type: text/html; charset=utf-8", "Content-Encoding: x"),
		"html, coding unnamed": page(long, "Content-Type: text/html; charset=utf-8", "Content-Encoding: "),
		"html as text":         page(long, "Content-Type: text/plain"),
		"html, not to sniff":   page(long, "Content-Type: text/html; charset=utf-8", "X-Content-Type-Options: nosniff"),
		"json":                 page(`{"a":1}`, "Content-Type: application/json"),
		"image":                page("\x89PNG\x0d\x0a\x1a\x0a", "Content-Type: image/png"),
		"nothing":              page("", "Content-Type: text/html; charset=utf-8"),
		"404":                  {serve: htmlWith(404)},
		"204":                  {serve: htmlWith(204)},
	} {
		for route, option := range map[string]cachepage.Option{
			"a ttl": cachepage.MaxBody(1 << 20), "Compress": cachepage.Compress("gzip"), "FollowOrigin": cachepage.FollowOrigin(),
		} {
			t.Run(name+", "+route, func(t *testing.T) {
				sameWhoeverWrites(t, newSite(t).cached(v, option, cachepage.Status(204, 404)))
			})
		}
	}
}

func htmlWith(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		io.WriteString(w, html)
	}
}

// sameWhoeverWrites asks a handler through the server's own writer and through
// another one.
func sameWhoeverWrites(t *testing.T, h http.Handler) {
	get(h, "/p")
	own := httptest.NewServer(h)
	defer own.Close()
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(wrapped{w}, r) }))
	defer other.Close()
	for _, lines := range []string{
		"", "Accept-Encoding: gzip", "If-None-Match: *", "If-Match: \"other\"", "Range: bytes=2-5", "Range: bytes=0-", "Range: bytes=900000-", "Cookie: sid=1",
	} {
		for _, line := range []string{"GET /p HTTP/1.1", "HEAD /p HTTP/1.1", "GET /p HTTP/1.0"} {
			asked := slices.DeleteFunc([]string{lines}, func(s string) bool { return s == "" })
			want(t, line+" "+lines, exchanged(t, own, line, asked...), exchanged(t, other, line, asked...))
		}
	}
}

// Outer handlers that do something with the same writer see to it that the
// page's own fields win, and that their own stay.
func TestAHitBeneathOuterHandlersIsTheSameWhoeverWritesIt(t *testing.T) {
	for name, outer := range map[string]struct{ before, after func(w http.ResponseWriter) }{
		"another type":     {before: func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/plain") }},
		"no type":          {before: func(w http.ResponseWriter) { w.Header()["Content-Type"] = nil }},
		"a coding":         {before: func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "x") }},
		"a trailer":        {before: func(w http.ResponseWriter) { w.Header().Set("Trailer", "X-A") }},
		"a flush":          {after: func(w http.ResponseWriter) { http.NewResponseController(w).Flush() }},
		"more of the body": {after: func(w http.ResponseWriter) { io.WriteString(w, "more") }},
		"a field too late": {after: func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/plain") }},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSite(t).cached(page(html, "Content-Type: text/html; charset=utf-8"))
			sameWhoeverWrites(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if outer.before != nil {
					outer.before(w)
				}
				h.ServeHTTP(w, r)
				if outer.after != nil {
					outer.after(w)
				}
			}))
		})
	}
}

// A header map of eight fields is the largest small one.
func TestAHitOfAUsualPageFitsASmallHeaderMap(t *testing.T) {
	h := newSite(t).cached(page(html, "Content-Type: text/html; charset=utf-8", "Cache-Control: public, max-age=60", "X-Frame-Options: DENY",
		"Last-Modified: Sat, 21 Nov 2026 08:00:00 GMT", "Content-Language: en"))
	var fields int
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.ServeHTTP(w, r)
		fields = len(w.Header())
	}))
	defer srv.Close()
	exchanged(t, srv, "GET /p HTTP/1.1")
	exchanged(t, srv, "GET /p HTTP/1.1")
	want(t, "fields", fields, 8)
}

// TestASuppressedContentTypeStaysAway: a handler sets the field to nil where it
// would be dangerous to guess, as for what visitors have uploaded.
func TestASuppressedContentTypeStaysAway(t *testing.T) {
	srv := httptest.NewServer(newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Type"] = nil
		io.WriteString(w, "<html><script>alert(1)</script>")
	}}))
	defer srv.Close()
	for _, hit := range []bool{false, true} {
		a := fetch(t, srv, "/p")
		want(t, "hit", a.hit(), hit)
		want(t, "Content-Type", a.get("Content-Type"), "")
	}
}
