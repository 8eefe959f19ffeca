package memcachestore

import (
	"context"
	"net"
	"time"
)

// conn is a connection on which a whole call has one deadline. The client library
// renews the deadline with each line that it reads, so a server that drips could
// hold a call for ever; here what counts is when the call began.
type conn struct {
	net.Conn
	timeout time.Duration
	asking  bool // the call has only written so far
}

// dial makes a connection. Making it and the first call on it have one timeout
// together.
func dial(ctx context.Context, network, addr string, timeout time.Duration) (net.Conn, error) {
	begin := time.Now()
	d := net.Dialer{Timeout: timeout}
	nc, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &conn{Conn: nc, timeout: timeout, asking: true}, nc.SetDeadline(begin.Add(timeout))
}

// SetDeadline is how the client renews the deadline; it does nothing.
func (c *conn) SetDeadline(time.Time) error { return nil }

// Write begins a call if the connection was last read from.
func (c *conn) Write(p []byte) (int, error) {
	if !c.asking {
		c.asking = true
		if err := c.Conn.SetDeadline(time.Now().Add(c.timeout)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

// Read reads a part of the answer.
func (c *conn) Read(p []byte) (int, error) {
	c.asking = false
	return c.Conn.Read(p)
}
