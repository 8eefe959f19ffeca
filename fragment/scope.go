package fragment

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/larder-go/larder/readthrough"
)

// A scope is one execution of a compiled set: where it writes, which blocks it
// has open, and under which context. It belongs to one goroutine.
//
// It is also the writer of the execution. While a block is open that may be
// kept, what is rendered is only recorded: others may wait for the block, and
// must not wait for the page's client as well. The page gets it when the
// outermost of the open blocks has been kept. One record serves nested blocks:
// each knows where in it it began.
type scope struct {
	ctx    context.Context
	set    *set
	home   *home
	w      io.Writer
	failed error // the first error of w
	panic  any   // of w, in a function of the template
	root   env
	page   ahead

	open      []frame
	recording int // how many of them may be kept
	record    []byte
	key       []byte    // scratch for key material
	tags      []string  // scratch for the tags of a block
	parts     [1][]byte // scratch for what is kept
}

// A frame is one open block.
type frame struct {
	block  *block
	ctx    context.Context     // of what happens inside it
	render *readthrough.Render // nil: the block is rendered without the cache
	life   readthrough.Life
	start  int    // in the record
	ahead  *ahead // of what is met directly inside it; nil: nothing was looked up
}

// refusal is how long nobody waits for a block that has said it cannot be kept.
const refusal = 5 * time.Second

// maxPooled is how large a record may be to be used again.
const maxPooled = 1 << 20

var scopes = sync.Pool{New: func() any { return new(scope) }}

// newScope makes the scope of an execution of one template.
func newScope(ctx context.Context, s *set, h *home, w io.Writer, name string) *scope {
	sc := scopes.Get().(*scope)
	sc.ctx, sc.set, sc.home, sc.w, sc.page.memory = ctx, s, h, w, s.scoped[name]
	return sc
}

// abandon releases what an execution that was cut short has left open. What was
// recorded up to there is written, as it would be without blocks.
func (s *scope) abandon() {
	for i := len(s.open) - 1; i >= 0; i-- {
		if r := s.open[i].render; r != nil {
			r.Abort("error")
		}
	}
	clear(s.open)
	s.open, s.recording = s.open[:0], 0
	s.flush()
}

// close releases the scope.
func (s *scope) close() {
	s.abandon()
	clear(s.tags)
	*s = scope{open: s.open, record: s.record, key: s.key[:0], tags: s.tags[:0]}
	if cap(s.record) > maxPooled {
		s.record = nil
	}
	scopes.Put(s)
}

// Write records p for the open blocks, or passes it on to the page. It is
// called for each piece of text, so it makes a slice only where it must.
func (s *scope) Write(p []byte) (int, error) {
	if s.recording > 0 {
		at := len(s.record)
		if len(p) <= cap(s.record)-at {
			s.record = s.record[:at+len(p)]
			return copy(s.record[at:], p), nil
		}
		s.record = append(s.record, p...)
		return len(p), nil
	}
	n, err := s.w.Write(p)
	if err != nil && s.failed == nil {
		s.failed = err
	}
	return n, err
}

// flush passes the record on to the page.
func (s *scope) flush() error {
	p := s.record
	s.record = p[:0]
	if len(p) == 0 {
		return nil
	}
	return s.put(p)
}

// put is Write for functions that a template calls. There text/template would
// make an error of a panic of the page's writer: it is raised again later.
func (s *scope) put(p []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			s.panic, err = v, errPanic
		}
	}()
	_, err = s.Write(p)
	return err
}

// errPanic ends an execution whose panic is going to be raised again.
var errPanic = errors.New("fragment: the page's writer panicked")

// context is that of the innermost open block, or of the execution.
func (s *scope) context() context.Context {
	if n := len(s.open); n > 0 {
		return s.open[n-1].ctx
	}
	return s.ctx
}

// ahead reads ahead for the innermost block that is rendered to be kept, or
// for the page.
func (s *scope) ahead() *ahead {
	for i := len(s.open) - 1; i >= 0; i-- {
		f := &s.open[i]
		if f.render == nil {
			continue
		}
		if f.ahead == nil {
			f.ahead = &ahead{memory: &f.block.inside}
		}
		return f.ahead
	}
	return &s.page
}

// push opens a block. Without a render it is not kept.
func (s *scope) push(b *block, r *readthrough.Render, life readthrough.Life) {
	f := frame{block: b, ctx: s.context(), render: r, life: life, start: len(s.record)}
	if r != nil {
		f.ctx = r.Context()
		s.recording++
	}
	s.open = append(s.open, f)
}

// pop ends the innermost block and keeps what it has written. The error is
// that of the page's writer.
func (s *scope) pop() error {
	last := len(s.open) - 1
	f := s.open[last]
	s.open[last] = frame{}
	s.open = s.open[:last]
	if f.render == nil {
		return nil
	}
	if f.ahead != nil {
		f.ahead.remember()
	}
	if why := f.render.Why(); why != "" {
		f.render.Refuse(why, refusal)
	}
	s.parts[0] = s.record[f.start:]
	f.render.Commit(readthrough.Product{Parts: s.parts[:], Life: f.life})
	if s.recording--; s.recording > 0 {
		return nil
	}
	return s.flush()
}
