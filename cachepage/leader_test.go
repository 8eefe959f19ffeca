package cachepage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/larder-go/larder/cachepage"
)

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
