package cachepage_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

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

func TestAClientThatReadsNothingHoldsUpNobody(t *testing.T) {
	const size = 8 << 20
	chunk, written := bytes.Repeat([]byte("x"), 64<<10), make(chan bool)
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		for range size / len(chunk) {
			w.Write(chunk)
		}
		close(written)
	}}
	srv := httptest.NewServer(newSite(t).cached(v))
	defer srv.Close()
	leader, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer leader.Close()
	io.WriteString(leader, "GET /p HTTP/1.1\r\nHost: "+srv.Listener.Addr().String()+"\r\n\r\n")
	select {
	case <-written:
	case <-time.After(5 * time.Second):
		t.Fatal("the handler waits for its client")
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { want(t, "follower's bytes", len(fetch(t, srv, "/p").body), size) })
	}
	wg.Wait()
	want(t, "runs", v.runs.Load(), 1)
}

func TestAHandlerSurvivesItsClient(t *testing.T) {
	begun, goOn := make(chan bool), make(chan bool)
	var once sync.Once
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		once.Do(func() { close(begun); <-goOn })
		fmt.Fprint(w, "context: ", r.Context().Err())
	}}
	s := newSite(t)
	srv := httptest.NewServer(s.cached(v))
	defer srv.Close()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan bool)
	go func() {
		defer close(left)
		r, _ := http.NewRequestWithContext(ctx, "GET", srv.URL+"/p", nil)
		srv.Client().Do(r)
	}()
	<-begun
	leave()
	<-left
	close(goOn)
	soon(t, "a hit", func() bool { return fetch(t, srv, "/p").hit() })
	want(t, "body", fetch(t, srv, "/p").body, "context: <nil>")
	want(t, "runs", v.runs.Load(), 1)
}

func TestAFollowerThatLeavesDoesNotRunTheHandler(t *testing.T) {
	begun, goOn := make(chan bool), make(chan bool)
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		close(begun)
		<-goOn
		io.WriteString(w, "x")
	}}
	h := newSite(t).cached(v)
	var wg sync.WaitGroup
	wg.Go(func() { get(h, "/p") })
	<-begun
	for range 50 {
		ctx, leave := context.WithCancel(t.Context())
		var a answer
		followers := make(chan bool)
		go func() { defer close(followers); a = send(h, request("GET", "/p").WithContext(ctx)) }()
		leave()
		<-followers
		want(t, "status", a.status, http.StatusServiceUnavailable)
		want(t, "Cache-Status", a.cache(), "larder; detail=client-gone")
	}
	close(goOn)
	wg.Wait()
	want(t, "runs", v.runs.Load(), 1)
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
	srv := httptest.NewServer(newSite(t).cached(v))
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

// TestPooledRouterContexts: chi hands a request's context to the next visitor
// as soon as its handler has returned. Nothing may still look at it then.
func TestPooledRouterContexts(t *testing.T) {
	s := newSite(t)
	m := chi.NewRouter()
	m.With(s.CachePage(time.Minute, cachepage.Tags("p:{id}"), cachepage.StaleWhileRevalidate(time.Hour))).
		Get("/p/{id}", func(w http.ResponseWriter, r *http.Request) {
			id := chi.URLParam(r, "id")
			io.WriteString(w, id)
			runtime.Gosched()
			fmt.Fprint(w, " ", chi.URLParam(r, "id"), " ", r.PathValue("id"))
		})
	srv := httptest.NewServer(m)
	defer srv.Close()
	var wg sync.WaitGroup
	var wrong atomic.Int32
	for i := range 300 {
		wg.Go(func() {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			if i%2 == 0 {
				time.AfterFunc(time.Duration(i)*time.Microsecond, leave)
			}
			if i%25 == 0 {
				s.clock.Advance(61 * time.Second)
			}
			id := fmt.Sprint(i % 20)
			r, _ := http.NewRequestWithContext(ctx, "GET", srv.URL+"/p/"+id, nil)
			res, err := srv.Client().Do(r)
			if err != nil {
				return
			}
			defer res.Body.Close()
			if body, err := io.ReadAll(res.Body); err == nil && string(body) != id+" "+id+" "+id {
				wrong.Add(1)
			}
		})
	}
	wg.Wait()
	want(t, "wrong answers", wrong.Load(), 0)
	for i := range 20 {
		id := fmt.Sprint(i)
		want(t, "page left behind", fetch(t, srv, "/p/"+id).body, id+" "+id+" "+id)
	}
}

func TestOneRenderForManyVisitors(t *testing.T) {
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(50 * time.Millisecond)
		io.WriteString(w, "x")
	}}
	h := newSite(t).cached(v)
	var wg sync.WaitGroup
	for range 500 {
		wg.Go(func() { want(t, "body", get(h, "/p").body, "x") })
	}
	wg.Wait()
	want(t, "runs", v.runs.Load(), 1)
}
