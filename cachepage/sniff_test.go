package cachepage_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/larder-go/larder/cachepage"
)

// A handler that names no type gets the one that net/http finds, in however
// many pieces it writes, and whether the page is kept, passed on or streamed.
func TestTypeIsThatOfTheBareHandler(t *testing.T) {
	const html, text = "text/html; charset=utf-8", "text/plain; charset=utf-8"
	long := strings.Repeat("word ", 8<<10) // is streamed
	for name, c := range map[string]struct {
		pieces []string
		before func(w http.ResponseWriter)
		want   string
	}{
		"a template that begins with line breaks": {pieces: []string{"\n", "\n", "<!doctype html>", "<p>"}, want: html},
		"a tag in two pieces":                     {pieces: []string{"<", "p>hello"}, want: html},
		"a tag that ends in the second piece":     {pieces: []string{"<!doctype html", "><p>"}, want: html},
		"an image in bytes":                       {pieces: []string{"\x89", "PNG\r\n\x1a\n"}, want: "image/png"},
		"text":                                    {pieces: []string{"a", "<p>"}, want: text},
		"what is streamed":                        {pieces: []string{"\n", "<!doctype html>", long}, want: html},
		"what is passed on": {
			pieces: []string{"\n", "<!doctype html>"}, want: html,
			before: func(w http.ResponseWriter) { w.Header().Set("Cache-Control", "no-store") },
		},
		"after a WriteHeader": {
			pieces: []string{"\n", "<!doctype html>"}, want: html,
			before: func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
		},
		"one that is named": {
			pieces: []string{"<p>"}, want: "text/x",
			before: func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/x") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if c.before != nil {
					c.before(w)
				}
				for _, piece := range c.pieces {
					io.WriteString(w, piece)
				}
			})
			for who, h := range map[string]http.Handler{
				"bare": bare, "cached": newSite(t).cached(bare), "compressed": newSite(t).cached(bare, cachepage.Compress()),
			} {
				srv := httptest.NewServer(h)
				defer srv.Close()
				want(t, who, fetch(t, srv, "/p").get("Content-Type"), c.want)
				want(t, who+", again", fetch(t, srv, "/p").get("Content-Type"), c.want)
			}
		})
	}
}

// A page whose type is found when its body is there is compressed like any
// other, so caches in front must hear what it varies on.
func TestPageWithoutATypeVariesOnTheCodingToo(t *testing.T) {
	h := newSite(t).cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		io.WriteString(w, "\n")
		io.WriteString(w, strings.Repeat("<p>", 1000))
	}), cachepage.Compress("gzip"))
	for range 2 {
		a := get(h, "/p", "Accept-Encoding: gzip")
		want(t, "Content-Encoding", a.get("Content-Encoding"), "gzip")
		want(t, "Vary", a.get("Vary"), "Accept-Encoding")
	}
}
