package cachepage

import (
	"slices"
	"sync"
)

// buffers are what pages are recorded in: *[]byte, since a pool holds pointers.
// A recorder itself is never used again, for a handler may have kept it.
var buffers sync.Pool

// maxPooled is the size of the largest buffer that is used again.
const maxPooled = 1 << 20

// takeBuffer gives the recorder a buffer with room for what is expected.
func (rec *recorder) takeBuffer() {
	lent, _ := buffers.Get().(*[]byte)
	if lent == nil {
		lent = new([]byte)
	}
	rec.lent, rec.buf = lent, slices.Grow((*lent)[:0], rec.expected())
}

// expected is about how large the body is going to be: as its header says, or
// else as the last one of this handler was, and a little more.
func (rec *recorder) expected() int {
	size := rec.length
	if size < 0 {
		size = rec.x.h.lastSize.Load()
		size += size / 8
	}
	return int(min(size, rec.x.rt.maxBody, maxPooled))
}

// freeBuffer gives the buffer back. Nobody may look into it any more: the page
// that was kept is a copy, and the pump has ended.
func (rec *recorder) freeBuffer() {
	if rec.lent == nil {
		return
	}
	rec.x.h.lastSize.Store(int64(len(rec.buf)))
	if cap(rec.buf) <= maxPooled {
		*rec.lent = rec.buf[:0]
		buffers.Put(rec.lent)
	}
	rec.lent, rec.buf, rec.room = nil, nil, 0
}
