package cachepage_test

import (
	"io"
	"net/http"
	"testing"
)

func TestPanics(t *testing.T) {
	for name, c := range map[string]struct {
		serve func(w http.ResponseWriter)
		sent  bool
	}{
		"before anything": {func(w http.ResponseWriter) { panic("boom") }, false},
		"after a write":   {func(w http.ResponseWriter) { io.WriteString(w, "half"); panic("boom") }, false},
		"after a flush":   {func(w http.ResponseWriter) { io.WriteString(w, "half"); w.(http.Flusher).Flush(); panic("boom") }, true},
		"after a refusal": {func(w http.ResponseWriter) { w.WriteHeader(404); panic("boom") }, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serve(w) }))
			w := newWire()
			want(t, "reaches the server", panics(func() { h.ServeHTTP(w, request("GET", "/p")) }), any("boom"))
			want(t, "client has seen something", len(w.said) > 0, c.sent)
		})
	}
}

// fragile panics when it is written to, as middlewares around may.
type fragile struct{ *wire }

func (fragile) Write([]byte) (int, error) { panic("broken pipe") }

func TestPanicOfAWriterAroundReachesTheRequest(t *testing.T) {
	h := newSite(t).cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "a")
		w.(http.Flusher).Flush() // from now on another goroutine writes
		io.WriteString(w, "b")
	}))
	want(t, "panic", panics(func() { h.ServeHTTP(fragile{newWire()}, request("GET", "/p")) }), any("broken pipe"))
	want(t, "the page was whole all the same", get(h, "/p").body, "ab")
}

func TestAGoroutineThatEndsInTheHandlerReleasesTheOthers(t *testing.T) {
	v := &view{}
	v.serve = func(w http.ResponseWriter, r *http.Request) {
		if v.runs.Load() == 1 {
			exit()
		}
		io.WriteString(w, "x")
	}
	h := newSite(t).cached(v)
	done := make(chan bool)
	go func() { defer close(done); get(h, "/p") }()
	<-done
	want(t, "next", get(h, "/p").body, "x")
}
