package bench_test

import (
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/larder-go/larder/bench/kit"
)

// requests is a connection without a network: a client that asks n times for
// the same page, and does not look at the answers.
type requests struct {
	net.Conn // for what is not called
	n        int
	left     string
	closed   chan struct{}
}

const asked = "GET /shop/category-0/list?page=2&sort=price HTTP/1.1\r\nHost: www.example.com\r\n\r\n"

func (c *requests) Read(p []byte) (int, error) {
	if c.left == "" {
		if c.n == 0 {
			return 0, io.EOF
		}
		c.n, c.left = c.n-1, asked
	}
	n := copy(p, c.left)
	c.left = c.left[n:]
	return n, nil
}

func (c *requests) Write(p []byte) (int, error)      { return len(p), nil }
func (c *requests) Close() error                     { close(c.closed); return nil }
func (c *requests) RemoteAddr() net.Addr             { return &net.TCPAddr{} }
func (c *requests) LocalAddr() net.Addr              { return &net.TCPAddr{} }
func (c *requests) SetDeadline(time.Time) error      { return nil }
func (c *requests) SetReadDeadline(time.Time) error  { return nil }
func (c *requests) SetWriteDeadline(time.Time) error { return nil }

// queue is a listener for such connections.
type queue chan net.Conn

func (q queue) Accept() (net.Conn, error) {
	if c, open := <-q; open {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (q queue) Close() error   { return nil }
func (q queue) Addr() net.Addr { return &net.TCPAddr{} }

// What a hit costs over a connection is decided by what net/http makes of the
// header: beyond eight fields it allocates half as much again. So a hit may
// allocate there no more often than a handler that only writes the page.
func TestAHitOverAConnectionAllocatesAsABareHandlerDoes(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates by itself")
	}
	for _, size := range []int{1 << 10, 16 << 10} {
		bare, hit := allocationsServed(t, "limit-bare", size), allocationsServed(t, "larder", size)
		t.Logf("%d bytes: bare %.1f, larder %.1f", size, bare, hit)
		if hit > bare+0.5 { // the collector empties pools now and then
			t.Errorf("%d bytes: %.1f allocations for each hit, a bare handler %.1f", size, hit, bare)
		}
	}
}

// allocationsServed is how often net/http's server allocates for one request.
func allocationsServed(t *testing.T, name string, size int) float64 {
	t.Helper()
	im, _ := kit.Lookup(name)
	origin := kit.NewOrigin(size)
	origin.AddFields()
	if name == "limit-bare" {
		origin.AddLength()
	}
	h, stop, err := im.New(kit.Options{TTL: time.Hour, Pages: 1, Store: kit.Memory}, origin)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	connections := make(queue)
	defer close(connections)
	go http.Serve(connections, h)
	const n = 1000
	serve := func() {
		c := &requests{n: n, closed: make(chan struct{})}
		connections <- c
		<-c.closed
	}
	serve()
	return testing.AllocsPerRun(5, serve) / n
}
