package cachepage

import (
	"net/http"
	"sync"
)

// pump copies a growing record to a client, at the client's pace and on its own
// goroutine. It is told now and then how far the record has come. What has been
// written never changes, so the bytes are read without the lock.
type pump struct {
	w     http.ResponseWriter
	mu    sync.Mutex
	more  *sync.Cond
	buf   []byte
	sent  int
	push  bool // a Flush was asked for
	last  bool
	panic any // what a writer around the middleware panicked with
	ended chan struct{}
}

// pumpSize is how much a pump is told of at once, unless a Flush asks for less:
// net/http holds back as much.
const pumpSize = 4 << 10

func newPump(w http.ResponseWriter, buf []byte, flush bool) *pump {
	p := &pump{w: w, buf: buf, push: flush, ended: make(chan struct{})}
	p.more = sync.NewCond(&p.mu)
	go p.run()
	return p
}

// publish tells the pump that the record is buf by now.
func (p *pump) publish(buf []byte) { p.tell(buf, false, false) }

// flush is publish, and asks that all of it leaves at once.
func (p *pump) flush(buf []byte) { p.tell(buf, true, false) }

// finish is publish for a record that is complete, and waits until it is sent.
func (p *pump) finish(buf []byte) {
	p.tell(buf, false, true)
	<-p.ended
	if p.panic != nil {
		panic(p.panic)
	}
}

func (p *pump) tell(buf []byte, push, last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.buf, p.push, p.last = buf, p.push || push, p.last || last
	p.more.Signal()
}

func (p *pump) run() {
	defer func() {
		p.panic = recover() // it belongs to the request, not to this goroutine
		close(p.ended)
	}()
	rc := http.NewResponseController(p.w)
	for {
		chunk, push, last := p.next()
		if len(chunk) > 0 {
			if _, err := p.w.Write(chunk); err != nil {
				return // the client has gone; the recording has not
			}
		}
		if push {
			rc.Flush() // a client that has gone shows at the next Write, and one that cannot flush gets the page all the same
		}
		if last {
			return
		}
	}
}

// next waits for something to do.
func (p *pump) next() (chunk []byte, push, last bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.sent == len(p.buf) && !p.push && !p.last {
		p.more.Wait()
	}
	chunk, push, last = p.buf[p.sent:], p.push, p.last
	p.sent, p.push = len(p.buf), false
	return chunk, push, last
}
