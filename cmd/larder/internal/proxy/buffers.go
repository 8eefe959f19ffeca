package proxy

import "sync"

// buffers lends the buffers through which bodies are copied.
type buffers struct{ pool sync.Pool }

const bufferSize = 32 << 10

func newBuffers() *buffers {
	return &buffers{sync.Pool{New: func() any { return new([bufferSize]byte) }}}
}

// Get and Put implement httputil.BufferPool.
func (b *buffers) Get() []byte    { return b.pool.Get().(*[bufferSize]byte)[:] }
func (b *buffers) Put(buf []byte) { b.pool.Put((*[bufferSize]byte)(buf)) }
