package herd

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"
)

var pages atomic.Int64

// Stampede serves each handler on loopback, lets clients ask all of them
// together for a page that was never asked before, and returns how many seconds
// each client waited for the whole of it. An answer other than 200 is an error.
func Stampede(handlers []http.Handler, clients int) ([]float64, error) {
	path := fmt.Sprintf("/cold/%d/%d", time.Now().UnixNano(), pages.Add(1))
	conns := make([]net.Conn, clients)
	for i, h := range handlers {
		s := httptest.NewServer(h)
		defer s.Close()
		for k := i; k < clients; k += len(handlers) {
			c, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				return nil, fmt.Errorf("herd: %w", err)
			}
			defer c.Close()
			conns[k] = c
		}
	}
	return rush(conns, path)
}

// rush sends the request on all connections at once.
func rush(conns []net.Conn, path string) ([]float64, error) {
	waits, failures := make([]float64, len(conns)), make([]error, len(conns))
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i, c := range conns {
		wg.Go(func() {
			<-start
			began := time.Now()
			failures[i] = ask(c, path)
			waits[i] = time.Since(began).Seconds()
		})
	}
	close(start)
	wg.Wait()
	for _, err := range failures {
		if err != nil {
			return nil, fmt.Errorf("herd: %w", err)
		}
	}
	return waits, nil
}

func ask(c net.Conn, path string) error {
	c.SetDeadline(time.Now().Add(time.Minute))
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: www.example.com\r\nConnection: close\r\n\r\n", path); err != nil {
		return err
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("status %s", r.Status)
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err
}
