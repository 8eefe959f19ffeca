package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// running is a proxy that a test has started with run, as main does.
type running struct {
	url  string
	log  *record
	stop func() (status int)
}

// start runs "larder proxy" on a free port before origin until the test ends.
func start(t *testing.T, origin string, flags ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, stdout := io.Pipe()
	p := &running{log: new(record)}
	ended := make(chan int, 1)
	go func() {
		args := append([]string{"proxy", "-origin", origin, "-listen", "127.0.0.1:0"}, flags...)
		ended <- run(ctx, args, stdout, p.log)
		stdout.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the proxy did not start: %v\n%s", err, p.log)
	}
	go io.Copy(io.Discard, out)
	said, _ := strings.CutPrefix(line, "listening on ")
	p.url, _, _ = strings.Cut(said, ",")
	p.stop = sync.OnceValue(func() int {
		cancel()
		select {
		case status := <-ended:
			return status
		case <-time.After(10 * time.Second):
			return -1
		}
	})
	t.Cleanup(func() {
		if status := p.stop(); status != 0 {
			t.Errorf("the proxy ended with status %d\n%s", status, p.log)
		}
	})
	return p
}

// record is a log that may be read while it is written.
type record struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.Write(b)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.b.String()
}

// waitFor waits for the log to hold text.
func (r *record) waitFor(t *testing.T, text string) {
	t.Helper()
	for until := time.Now().Add(5 * time.Second); !strings.Contains(r.String(), text); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("no %q in the log:\n%s", text, r)
		}
	}
}

// application is an origin that counts what it was asked.
func application(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// ask sends one request and reads the whole answer.
func ask(t *testing.T, method, url string, header http.Header) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// dial opens a plain connection to the proxy.
func dial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	t.Cleanup(func() { conn.Close() })
	return conn
}
