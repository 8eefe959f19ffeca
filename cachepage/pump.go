package cachepage

import (
	"net/http"
	"sync"
)

// pump copies a growing record to a client, at the client's pace and on its own
// goroutine. What has been written to the record never changes, so the bytes
// are read without the lock.
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

func newPump(w http.ResponseWriter, buf []byte, flush bool) *pump {
	p := &pump{w: w, buf: buf, push: flush, ended: make(chan struct{})}
	p.more = sync.NewCond(&p.mu)
	go p.run()
	return p
}

// append adds b to the record that buf is.
func (p *pump) append(buf *[]byte, b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*buf = append(*buf, b...)
	p.buf = *buf
	p.more.Signal()
}

func (p *pump) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.push = true
	p.more.Signal()
}

// close says that the record is complete; finish also waits until it is sent.
func (p *pump) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last = true
	p.more.Signal()
}

func (p *pump) finish() {
	p.close()
	<-p.ended
	if p.panic != nil {
		panic(p.panic)
	}
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
		if push && rc.Flush() != nil {
			return
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
