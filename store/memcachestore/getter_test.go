package memcachestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// answering is a connection to a server that gives the same answer always.
type answering struct {
	net.Conn
	answer string
	unread io.Reader
	closed bool
}

func (a *answering) Write(p []byte) (int, error) {
	a.unread = strings.NewReader(a.answer)
	return len(p), nil
}

func (a *answering) Read(p []byte) (int, error) { return a.unread.Read(p) }

func (a *answering) SetDeadline(time.Time) error { return nil }

func (a *answering) Close() error {
	a.closed = true
	return nil
}

// dialling makes getters whose connections get these answers, one after the other.
func dialling(answers ...string) (p *getters, dialled *[]*answering) {
	dialled = new([]*answering)
	return &getters{prefix: "p", dial: func(time.Time) (net.Conn, error) {
		n := len(*dialled)
		if n == len(answers) {
			return nil, errors.New("no more connections")
		}
		*dialled = append(*dialled, &answering{answer: answers[n]})
		return (*dialled)[n], nil
	}}, dialled
}

func getA(p *getters) (string, error) {
	var values [1][]byte
	err := p.ask(context.Background(), time.Time{}, []string{"a"}, values[:])
	return string(values[0]), err
}

func TestConnectionIsUsedAgain(t *testing.T) {
	p, dialled := dialling("VALUE p:a 0 1\r\n1\r\nEND\r\n")
	for range 3 {
		if value, err := getA(p); value != "1" || err != nil {
			t.Fatalf("%q, %v", value, err)
		}
	}
	if n := len(*dialled); n != 1 {
		t.Errorf("%d connections were made", n)
	}
	p.close()
	if !(*dialled)[0].closed {
		t.Error("close left it open")
	}
	if _, err := getA(p); err == nil {
		t.Error("a closed connection was used again")
	}
}

func TestConnectionIsClosedAfterAnError(t *testing.T) {
	for _, answer := range []string{"", "VALUE p:a 0 9\r\n1\r\n", "SERVER_ERROR busy\r\n", "VALUE p:b 0 1\r\n1\r\nEND\r\n"} {
		p, dialled := dialling(answer, "END\r\n")
		if _, err := getA(p); err == nil {
			t.Errorf("%q is no error", answer)
		}
		if !(*dialled)[0].closed {
			t.Errorf("the connection stays open after %q", answer)
		}
		if value, err := getA(p); value != "" || err != nil {
			t.Errorf("the next call: %q, %v", value, err)
		}
	}
}

// TestRefusingServerIsAlive has servers that answer, be it with a refusal, more
// often than a dead server may fail.
func TestRefusingServerIsAlive(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = fmt.Fprint(conn, "SERVER_ERROR busy\r\n")
			_ = conn.(*net.TCPConn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}
	}()
	s := New([]string{listener.Addr().String()}, Options{})
	for range 2 * failuresUntilDead {
		if _, _, err := s.Get(t.Context(), "k"); err == nil || !strings.Contains(err.Error(), "SERVER_ERROR busy") {
			t.Errorf("Get: %v; want the refusal", err)
		}
	}
	_ = s.Close()
	_ = listener.Close()
	<-done
}
