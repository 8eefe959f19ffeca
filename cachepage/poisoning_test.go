package cachepage_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
)

func TestPoisoningByUnkeyedInput(t *testing.T) {
	t.Run("E3_23 forwarded headers are not in the key and not believed", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		get(h, "/p")
		for _, line := range []string{"X-Forwarded-Host: evil", "X-Forwarded-Scheme: https", "X-Forwarded-Proto: https", "X-Forwarded-Port: 1", "X-Forwarded-Prefix: /x", "Forwarded: host=evil", "X-Host: evil", "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "X-Forwarded-For: 1"} {
			want(t, line, get(h, "/p", line).hit(), true)
		}
	})
	t.Run("E3_24 cookies outside the route's list are no part of the key", func(t *testing.T) {
		h := newSite(t).cached(numbered(), cachepage.VaryOnCookie("lang"))
		get(h, "/p", "Cookie: lang=de; a=1")
		want(t, "hit", get(h, "/p", "Cookie: a=2; lang=de").hit(), true)
	})
	t.Run("E3_24 what Connection has a proxy inside leave out", func(t *testing.T) {
		origin := httptest.NewServer(echo("Accept-Language"))
		defer origin.Close()
		u, err := url.Parse(origin.URL)
		if err != nil {
			t.Fatal(err)
		}
		h := newSite(t).cached(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }})
		a := get(h, "/p", "Accept-Language: de", "Connection: Accept-Language")
		want(t, "Cache-Status", a.cache(), "larder; fwd=bypass; fwd-status=200; detail=connection")
		want(t, "next", get(h, "/p", "Accept-Language: de").body, `Accept-Language:true["de"] `)
	})
	t.Run("E3_25 errors are never kept by default", func(t *testing.T) {
		for _, code := range []int{400, 401, 403, 404, 405, 410, 414, 431, 500, 501, 502, 503} {
			refused(t, status(code), "status")
		}
	})
	t.Run("E3_26 redirects: not by default, and never to another host", func(t *testing.T) {
		refused(t, status(301, "Location: /q"), "status")
		for location, stays := range map[string]bool{"/q": true, "http://shop.example/q": true, "http://evil.example/": false, "//evil.example/": false, " //evil.example/": false, `/\evil.example/`: false, "http://%zz": false} {
			h := newSite(t).cached(status(302, "Location: "+location), cachepage.Status(302))
			get(h, "/p")
			want(t, location, get(h, "/p").hit(), stays)
		}
	})
	t.Run("E3_27 what could split the response is not kept", func(t *testing.T) {
		for _, bad := range []string{"a\r\nSet-Cookie: x=1", "a\nb", "a\x00b"} {
			h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
				w.Header()["X-Bad"] = []string{bad}
				io.WriteString(w, "x")
			}})
			get(h, "/p")
			want(t, fmt.Sprintf("%q", bad), get(h, "/p").hit(), false)
		}
	})
	t.Run("E3_28 a 206 is never kept, a range on a miss bypasses", func(t *testing.T) {
		content := &view{serve: func(w http.ResponseWriter, r *http.Request) {
			http.ServeContent(w, r, "a.txt", time.Time{}, bytes.NewReader([]byte("0123456789")))
		}}
		h := newSite(t).cached(content)
		a := get(h, "/p", "Range: bytes=2-4")
		want(t, "status", a.status, 206)
		want(t, "body", a.body, "234")
		want(t, "whole page", get(h, "/p").body, "0123456789")
		a = get(h, "/p", "Range: bytes=2-4")
		want(t, "range of a hit", a.body, "234")
		want(t, "from the cache", a.hit(), true)
		refused(t, status(206), "partial")
	})
	t.Run("E3_29 a conditional request on a miss leaves a whole page behind", func(t *testing.T) {
		h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"v"`)
			http.ServeContent(w, r, "a.txt", opening, strings.NewReader("whole"))
		}})
		want(t, "the visitor's condition holds", get(h, "/p", `If-None-Match: "v"`).status, 304)
		a := get(h, "/p")
		want(t, "hit", a.hit(), true)
		want(t, "body", a.body, "whole")
	})
	t.Run("E3_30 codings only to those who offered them", func(t *testing.T) {
		gzip := &view{serve: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Vary", "Accept-Encoding")
			if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
				w.Header().Set("Content-Encoding", "gzip")
			}
			io.WriteString(w, "x")
		}}
		h := newSite(t).cached(gzip)
		get(h, "/p", "Accept-Encoding: gzip")
		want(t, "without", get(h, "/p").get("Content-Encoding"), "")
		want(t, "with", get(h, "/p", "Accept-Encoding: GZIP").get("Content-Encoding"), "gzip")
	})
	t.Run("E3_31 CORS for one origin without Vary: Origin", func(t *testing.T) {
		refused(t, page("x", "Access-Control-Allow-Origin: https://a.example"), "cors")
		for _, lines := range [][]string{{"Access-Control-Allow-Origin: *"}, {"Access-Control-Allow-Origin: https://a.example", "Vary: Origin"}} {
			h := newSite(t).cached(page("x", lines...))
			want(t, "kept", kept(h, func() *http.Request { return request("GET", "/p", "Origin: https://a.example") }), true)
		}
	})
	t.Run("E3_32 a missing Content-Type is sniffed once and kept, nosniff stays", func(t *testing.T) {
		h := newSite(t).cached(page("<!doctype html><p>", "X-Content-Type-Options: nosniff"))
		for range 2 {
			a := get(h, "/p")
			want(t, "Content-Type", a.get("Content-Type"), "text/html; charset=utf-8")
			want(t, "nosniff", a.get("X-Content-Type-Options"), "nosniff")
		}
	})
	t.Run("E3_33 nobody can force a refresh by default", func(t *testing.T) {
		h := newSite(t).cached(numbered())
		get(h, "/p")
		for _, line := range []string{"Cache-Control: no-cache", "Cache-Control: no-store", "Pragma: no-cache", "Cache-Control: max-age=0"} {
			want(t, line, get(h, "/p", line).body, "1")
		}
	})
}
