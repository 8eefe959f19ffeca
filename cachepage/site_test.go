package cachepage_test

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// opening is when every test's clock starts.
var opening = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

// clock is a clock that only a test moves.
type clock struct{ now atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.now.Store(opening.UnixNano())
	return c
}

func (c *clock) Now() time.Time          { return time.Unix(0, c.now.Load()).UTC() }
func (c *clock) Advance(d time.Duration) { c.now.Add(int64(d)) }

// journal is a log that a test can read.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// site is a cache in memory with a clock and a log of its own.
type site struct {
	*larder.Cache
	clock *clock
	log   *journal
}

func newSite(t testing.TB, opts ...larder.Option) *site {
	t.Helper()
	s := memstore.New(memstore.Options{MaxBytes: 64 << 20})
	t.Cleanup(func() { s.Close() })
	return newSiteOn(t, s, opts...)
}

func newSiteOn(t testing.TB, s store.Store, opts ...larder.Option) *site {
	t.Helper()
	clock, log := newClock(), &journal{}
	logger := slog.New(slog.NewTextHandler(log, nil))
	c := larder.New(s, append([]larder.Option{larder.WithClock(clock.Now), larder.WithLogger(logger)}, opts...)...)
	t.Cleanup(func() { c.Close() })
	return &site{c, clock, log}
}

// view is a handler that counts its runs.
type view struct {
	runs  atomic.Int32
	serve http.HandlerFunc
}

func (v *view) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.runs.Add(1)
	v.serve(w, r)
}

// page is a view that answers with a text and header lines such as "Vary: A".
func page(body string, lines ...string) *view {
	return &view{serve: func(w http.ResponseWriter, r *http.Request) {
		addLines(w.Header(), lines)
		io.WriteString(w, body)
	}}
}

// numbered is a view whose every answer is another one: "1", "2" …
func numbered(lines ...string) *view {
	v := &view{}
	v.serve = func(w http.ResponseWriter, r *http.Request) {
		addLines(w.Header(), lines)
		fmt.Fprint(w, v.runs.Load())
	}
	return v
}

// status is a view that answers with a status and nothing else.
func status(code int, lines ...string) *view {
	return &view{serve: func(w http.ResponseWriter, r *http.Request) {
		addLines(w.Header(), lines)
		w.WriteHeader(code)
	}}
}

func addLines(h http.Header, lines []string) {
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		h.Add(name, value)
	}
}

// answer is a response with its body read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) get(name string) string { return strings.Join(a.header.Values(name), " | ") }

// cache is what Cache-Status says.
func (a answer) cache() string { return a.get("Cache-Status") }

func (a answer) hit() bool { return strings.HasPrefix(a.cache(), "larder; hit") }

// request is one as a server would hand it on. target is a path on
// http://shop.example, or an absolute URL.
func request(method, target string, lines ...string) *http.Request {
	u, err := url.Parse(target)
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(method, u.RequestURI(), nil)
	if r.Host = "shop.example"; u.Host != "" {
		r.Host = u.Host
	}
	if u.Scheme == "https" {
		r.TLS = &tls.ConnectionState{}
	}
	addLines(r.Header, lines)
	return r
}

func send(h http.Handler, r *http.Request) answer {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	res := w.Result()
	body, _ := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(body)}
}

func do(h http.Handler, method, target string, lines ...string) answer {
	return send(h, request(method, target, lines...))
}

func get(h http.Handler, target string, lines ...string) answer {
	return do(h, http.MethodGet, target, lines...)
}

// want compares what a test found with what it is to be.
func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// kept asks twice and reports whether the second answer came from the cache.
func kept(h http.Handler, r func() *http.Request) bool {
	send(h, r())
	return send(h, r()).hit()
}

// panics returns what f panics with, nil if it does not.
func panics(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

// cached wraps a view for a minute.
func (s *site) cached(v http.Handler, opts ...cachepage.Option) http.Handler {
	return s.CachePage(time.Minute, opts...)(v)
}
