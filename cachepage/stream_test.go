package cachepage_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
)

// exit ends the goroutine, as a failing test helper would.
func exit() { runtime.Goexit() }

// raw sends text on a connection of its own and reads until that ends.
func raw(t *testing.T, srv *httptest.Server, text string) string {
	t.Helper()
	conn, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, text)
	conn.SetReadDeadline(time.Now().Add(5 * time.Second))
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}

// fetch asks a server over the wire.
func fetch(t testing.TB, srv *httptest.Server, path string, lines ...string) answer {
	r, _ := http.NewRequest("GET", srv.URL+path, nil)
	addLines(r.Header, lines)
	res, err := srv.Client().Do(r)
	if err != nil {
		t.Error(err)
		return answer{header: http.Header{}}
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Error(err)
	}
	return answer{res.StatusCode, res.Header, string(body)}
}

// soon gives f some seconds to come true.
func soon(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(5 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 5 s", what)
		}
	}
}

func TestEventStreamIsPassedAtOnceAndEndsWithItsClient(t *testing.T) {
	ended := make(chan error, 1)
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "Text/Event-Stream; charset=utf-8")
		io.WriteString(w, "data: 1\n\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		ended <- r.Context().Err()
	}}
	srv := httptest.NewServer(newSite(t).cached(v))
	defer srv.Close()
	res, err := srv.Client().Get(srv.URL + "/p")
	if err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(res.Body).ReadString('\n')
	want(t, "first event, while the handler runs", line, "data: 1\n")
	want(t, "Cache-Status", res.Header.Get("Cache-Status"), "larder; fwd=uri-miss; fwd-status=200; detail=event-stream")
	res.Body.Close()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the handler does not hear that its client has gone")
	}
}

func TestSecondEventStreamDoesNotWaitForTheFirst(t *testing.T) {
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}}
	srv := httptest.NewServer(newSite(t).cached(v))
	defer srv.Close()
	for range 3 {
		res, err := srv.Client().Get(srv.URL + "/p")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
	}
	want(t, "runs", v.runs.Load(), 3)
}

func TestFlushedBytesArriveWhileTheHandlerRuns(t *testing.T) {
	goOn := make(chan bool)
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "first\n")
		w.(http.Flusher).Flush()
		<-goOn
		w.Header().Set("X-Late", "1") // nobody may look at the map meanwhile
		io.WriteString(w, "second\n")
	}}
	srv := httptest.NewServer(newSite(t).cached(v))
	defer srv.Close()
	res, err := srv.Client().Get(srv.URL + "/p")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	r := bufio.NewReader(res.Body)
	line, _ := r.ReadString('\n')
	want(t, "first", line, "first\n")
	close(goOn)
	line, _ = r.ReadString('\n')
	want(t, "second", line, "second\n")
	want(t, "kept", fetch(t, srv, "/p").body, "first\nsecond\n")
}

func TestEarlyHintsOverTheWire(t *testing.T) {
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</a.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		io.WriteString(w, "x")
	}}
	srv := httptest.NewServer(newSite(t).cached(v))
	defer srv.Close()
	text := raw(t, srv, "GET /p HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	want(t, "hints first", strings.HasPrefix(text, "HTTP/1.1 103 Early Hints\r\n"), true)
	want(t, "then the page", strings.Contains(text, "\r\n\r\nHTTP/1.1 200 OK\r\n"), true)
}

func TestDeadlinesReachTheConnection(t *testing.T) {
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		fmt.Fprint(w, rc.SetReadDeadline(time.Now().Add(time.Minute)), rc.SetWriteDeadline(time.Now().Add(time.Minute)), rc.EnableFullDuplex())
	}}
	srv := httptest.NewServer(newSite(t).cached(v))
	defer srv.Close()
	want(t, "errors", fetch(t, srv, "/p").body, "<nil> <nil> <nil>")
}

func TestAPanicOverTheWireEndsOnlyItsOwnRequest(t *testing.T) {
	v := &view{}
	v.serve = func(w http.ResponseWriter, r *http.Request) {
		if v.runs.Load() == 1 {
			io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, "whole")
	}
	srv := httptest.NewServer(newSite(t).cached(v))
	defer srv.Close()
	res, err := srv.Client().Get(srv.URL + "/p")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = io.ReadAll(res.Body); err == nil {
		t.Error("the client takes the half for the whole")
	}
	want(t, "next", fetch(t, srv, "/p").body, "whole")
}

func TestTrailersArrive(t *testing.T) {
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "x")
		w.Header().Set(http.TrailerPrefix+"X-Sum", "1")
	}}
	expectTrailer(t, newSite(t).cached(v))
}

func TestTrailersArriveAfterAStream(t *testing.T) {
	for name, opts := range map[string][]cachepage.Option{"recorded to its end": nil, "too large": {cachepage.MaxBody(50 << 10)}} {
		t.Run(name, func(t *testing.T) {
			expectTrailer(t, newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
				io.WriteString(w, strings.Repeat("x", 40<<10))
				w.Header().Set(http.TrailerPrefix+"X-Sum", "1")
				io.WriteString(w, strings.Repeat("x", 20<<10))
			}}, opts...))
		})
	}
}

// expectTrailer asks twice for a page with the trailer "X-Sum: 1".
func expectTrailer(t *testing.T, h http.Handler) {
	t.Helper()
	srv := httptest.NewServer(h)
	defer srv.Close()
	for range 2 {
		res, err := srv.Client().Get(srv.URL + "/p")
		if err != nil {
			t.Fatal(err)
		}
		io.ReadAll(res.Body)
		res.Body.Close()
		want(t, "trailer", res.Trailer.Get("X-Sum"), "1")
	}
}

// lateWriter is a writer that changes the header when the first byte comes, as
// those do that compress.
type lateWriter struct {
	http.ResponseWriter
	wrote chan struct{}
	once  sync.Once
}

func (l *lateWriter) Write(b []byte) (int, error) {
	l.once.Do(func() {
		l.Header().Set("Content-Encoding", "late")
		close(l.wrote)
	})
	return l.ResponseWriter.Write(b)
}

// TestAWriterAroundTheCacheHasTheHeaderToItself: the pump calls it while the
// handler runs, and a map that two goroutines change ends the process.
func TestAWriterAroundTheCacheHasTheHeaderToItself(t *testing.T) {
	outer := &lateWriter{ResponseWriter: httptest.NewRecorder(), wrote: make(chan struct{})}
	h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, strings.Repeat("x", 40<<10))
		w.Header().Set("X-Too-Late", "1")
		<-outer.wrote
		want(t, "what the handler sees", w.Header().Get("Content-Encoding"), "")
	}})
	h.ServeHTTP(outer, request("GET", "/p"))
	want(t, "what the writer has set", outer.Header().Get("Content-Encoding"), "late")
	want(t, "what came too late", outer.Header().Get("X-Too-Late"), "")
}
