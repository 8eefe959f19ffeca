package fragment

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/larder-go/larder/readthrough"
)

// A scope is one execution of a compiled set: where it writes, which blocks it
// has open, and under which context. It belongs to one goroutine.
//
// It is also the writer of the execution. What is rendered goes to the page as
// it comes, as it would without blocks; while blocks are open it is recorded as
// well. One record serves nested blocks: each knows where in it it began.
type scope struct {
	ctx    context.Context
	set    *set
	home   *home
	w      io.Writer
	failed error // the first error of w

	open      []frame
	recording int // how many of them may be kept
	record    []byte
	key       []byte // scratch for key material
}

// A frame is one open block.
type frame struct {
	ctx    context.Context     // of what happens inside it
	render *readthrough.Render // nil: the block is rendered without the cache
	life   readthrough.Life
	start  int // in the record
}

// remember is how long nobody waits for a block that has said it cannot be kept.
const remember = 5 * time.Second

// maxPooled is how large a record may be to be used again.
const maxPooled = 1 << 20

var scopes = sync.Pool{New: func() any { return new(scope) }}

func newScope(ctx context.Context, s *set, h *home, w io.Writer) *scope {
	sc := scopes.Get().(*scope)
	sc.ctx, sc.set, sc.home, sc.w = ctx, s, h, w
	return sc
}

// close releases what an execution that failed has left open, and the scope.
func (s *scope) close() {
	for i := len(s.open) - 1; i >= 0; i-- {
		if r := s.open[i].render; r != nil {
			r.Abort("error")
		}
	}
	clear(s.open)
	*s = scope{open: s.open[:0], record: s.record[:0], key: s.key[:0]}
	if cap(s.record) > maxPooled {
		s.record = nil
	}
	scopes.Put(s)
}

// Write passes p on to the page and records it for the open blocks.
func (s *scope) Write(p []byte) (int, error) {
	if s.recording > 0 {
		s.record = append(s.record, p...)
	}
	n, err := s.w.Write(p)
	if err != nil && s.failed == nil {
		s.failed = err
	}
	return n, err
}

// context is that of the innermost open block, or of the execution.
func (s *scope) context() context.Context {
	if n := len(s.open); n > 0 {
		return s.open[n-1].ctx
	}
	return s.ctx
}

// push opens a block. Without a render it is not kept.
func (s *scope) push(r *readthrough.Render, life readthrough.Life) {
	f := frame{ctx: s.context(), render: r, life: life, start: len(s.record)}
	if r != nil {
		f.ctx = r.Context()
		s.recording++
	}
	s.open = append(s.open, f)
}

// pop ends the innermost block and keeps what it has written.
func (s *scope) pop() {
	last := len(s.open) - 1
	f := s.open[last]
	s.open[last] = frame{}
	s.open = s.open[:last]
	if f.render == nil {
		return
	}
	if why := f.render.Why(); why != "" {
		f.render.Refuse(why, remember)
	}
	f.render.Commit(readthrough.Product{Parts: [][]byte{s.record[f.start:]}, Life: f.life})
	if s.recording--; s.recording == 0 {
		s.record = s.record[:0]
	}
}
