package memcachestore

import (
	"bufio"
	"net"
	"sync"
)

// Reading is what happens for every page, so it has connections of its own and
// does not go through the client library, which starts a goroutine for each
// GetMulti, formats and joins the keys, and keeps the items in maps. Measured
// with three keys from 50 goroutines on two cores, it takes 17 µs of processor
// time and 22 allocations where this takes 8 µs and 4: the values and the slice
// of them. (The library's Get of a single key takes 9 µs and 4.) Buffers of 16 to
// 64 KiB for the answers made no difference, also not for pages of 16 KiB: what
// they save in system calls they lose in copying.

// getter is a connection on which one get command follows the other.
type getter struct {
	conn    net.Conn
	in      *bufio.Reader
	command getCommand
}

// get asks for keys and puts the values that were found into values.
func (g *getter) get(prefix string, keys []string, values [][]byte) error {
	g.command.ask(prefix, keys)
	if _, err := g.conn.Write(g.command.text); err != nil {
		return err
	}
	return readAnswer(g.in, &g.command, values)
}

// getters are the idle getters of one server. The one that was used last is
// taken first, so that after a busy hour most of them rest.
type getters struct {
	dial func() (net.Conn, error)
	max  int

	mu   sync.Mutex
	idle []*getter
}

// get asks one of the getters, or a new one if all are busy.
func (p *getters) get(prefix string, keys []string, values [][]byte) error {
	g := p.take()
	if g == nil {
		conn, err := p.dial()
		if err != nil {
			return err
		}
		g = &getter{conn: conn, in: bufio.NewReader(conn)}
	}
	if err := g.get(prefix, keys, values); err != nil {
		_ = g.conn.Close()
		return err
	}
	p.put(g)
	return nil
}

// take returns an idle getter, or nil.
func (p *getters) take() *getter {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle) - 1
	if n < 0 {
		return nil
	}
	g := p.idle[n]
	p.idle[n], p.idle = nil, p.idle[:n]
	return g
}

// put makes g idle, or closes it if enough are.
func (p *getters) put(g *getter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == p.max {
		_ = g.conn.Close()
		return
	}
	p.idle = append(p.idle, g)
}

// close closes the idle ones.
func (p *getters) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, g := range p.idle {
		_ = g.conn.Close()
	}
	p.idle = nil
}
