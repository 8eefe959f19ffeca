package cachepage_test

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

// An answer without a body, a 304 or one to HEAD, need not say again what was
// said when the page was made.
func TestAnUpdatedPageKeepsItsTags(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		t.Run(method, func(t *testing.T) {
			s, version := newSite(t), "1"
			v := validated(&version, "Cache-Control: max-age=10")
			h := s.follow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "GET" && r.Header.Get("If-None-Match") == "" {
					larder.Tag(r.Context(), "product:7")
				}
				v.ServeHTTP(w, r)
			}))
			get(h, "/p")
			s.clock.Advance(15 * time.Second)
			do(h, method, "/p")
			want(t, "updated", get(h, "/p").hit(), true)
			if err := s.Invalidate(t.Context(), "product:7"); err != nil {
				t.Fatal(err)
			}
			want(t, "hit after Invalidate", get(h, "/p").hit(), false)
		})
	}
}

// RFC 9111 §4.1: from then on the page varies on what the 304 says.
func TestA304ThatVariesOnMore(t *testing.T) {
	s, varies := newSite(t), false
	h := s.follow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		language := r.Header.Get("Accept-Language")
		addLines(w.Header(), []string{"Cache-Control: max-age=10", `Etag: "` + language + `"`})
		if varies {
			w.Header().Set("Vary", "Accept-Language")
		}
		if r.Header.Get("If-None-Match") == w.Header().Get("Etag") {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, language)
	}))
	get(h, "/p", "Accept-Language: en")
	s.clock.Advance(15 * time.Second)
	varies = true
	want(t, "Cache-Status", get(h, "/p", "Accept-Language: en").cache(), "larder; fwd=stale; fwd-status=304; ttl=10; stored")
	want(t, "another language", get(h, "/p", "Accept-Language: de").body, "de")
	want(t, "the same one", get(h, "/p", "Accept-Language: en").hit(), true)
}

// What the route negotiates itself is in Vary still when the origin's own Vary
// has replaced the stored one: networks in front would mix up the codings.
func TestAnUpdatedPageVariesOnItsCodings(t *testing.T) {
	s := newSite(t)
	h := s.follow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addLines(w.Header(), []string{"Cache-Control: max-age=10", "Vary: X-A", "Content-Type: text/plain", `Etag: "1"`})
		if r.Header.Get("If-None-Match") != "" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		io.WriteString(w, strings.Repeat("text ", 1000))
	}), cachepage.Compress("gzip"))
	get(h, "/p")
	for _, method := range []string{"GET", "HEAD"} {
		s.clock.Advance(15 * time.Second)
		do(h, method, "/p")
		a := get(h, "/p", "Accept-Encoding: gzip")
		want(t, method+": hit", a.hit(), true)
		want(t, method+": coding", a.get("Content-Encoding"), "gzip")
		want(t, method+": Vary", a.get("Vary"), "X-A, Accept-Encoding")
	}
}

// A handler that answers 304 before it sets anything else takes back nothing
// that it had put in the place of an outer handler's field.
func TestAnUpdatedPageKeepsWhatOuterHandlersPreset(t *testing.T) {
	for _, method := range []string{"GET", "HEAD"} {
		s := newSite(t)
		inner := s.follow(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Etag", `"1"`)
			if r.Header.Get("If-None-Match") != "" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			if r.Method == "GET" {
				w.Header().Set("Content-Type", "text/html")
				w.Header().Add("Vary", "X-A")
				io.WriteString(w, "page")
			}
		}))
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			addLines(w.Header(), []string{"Content-Type: application/json", "Vary: Origin", "Cache-Control: max-age=10"})
			inner.ServeHTTP(w, r)
		})
		get(h, "/p")
		s.clock.Advance(15 * time.Second)
		do(h, method, "/p")
		a := get(h, "/p")
		want(t, method+": hit", a.hit(), true)
		want(t, method+": Content-Type", a.get("Content-Type"), "text/html")
		want(t, method+": Vary", a.get("Vary"), "Origin | X-A")
	}
}
