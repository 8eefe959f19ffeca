package memstore

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/maypok86/otter/v2"
)

// DefaultMaxBytes is the bound of a store for which none is given: 256 MiB.
const DefaultMaxBytes = 256 << 20

// Options are the choices for [New]. The zero value means the defaults.
type Options struct {
	// MaxBytes bounds the memory that entries take, [DefaultMaxBytes] if zero. A
	// single entry can be at most this large, and at most 4 GiB.
	MaxBytes int64

	// Clock tells the time for tests that do not want to wait; nil means the
	// system's monotonic clock. It must not go backwards.
	Clock func() time.Time
}

// Store is a store in memory. It implements [store.Local] and the capabilities
// of package store that mean something within a process. Make one with [New].
type Store struct {
	*memory
	closed atomic.Bool
}

var _ interface {
	store.Local
	store.Adder
	store.Incrementer
	store.Swapper
	store.Toucher
	store.Lister
	store.Clearer
	store.Pinger
} = (*Store)(nil)

// memory is what all stores of one name share.
type memory struct {
	cache    *otter.Cache[string, item]
	clock    clock
	maxBytes int64

	mu    sync.Mutex
	slots map[string]any
}

// New makes a store. It panics if o.MaxBytes is negative.
func New(o Options) *Store {
	return &Store{memory: newMemory(o)}
}

func newMemory(o Options) *memory {
	if o.MaxBytes < 0 {
		panic(fmt.Sprintf("memstore: MaxBytes is %d; want a positive number, or 0 for %d", o.MaxBytes, DefaultMaxBytes))
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	clock := newClock(o.Clock)
	return &memory{
		clock:    clock,
		maxBytes: o.MaxBytes,
		cache: otter.Must(&otter.Options[string, item]{
			MaximumWeight:    uint64(o.MaxBytes),
			Weigher:          func(key string, it item) uint32 { return uint32(size(key, len(it.text))) },
			ExpiryCalculator: otter.ExpiryWritingFunc(remaining),
			Clock:            clock.coarse(),
			// With the key locked.
			// By who reads or writes: a goroutine for it would wake another processor.
			Executor:         func(clean func()) { clean() },
			OnAtomicDeletion: func(e otter.DeletionEvent[string, item]) { e.Value.drop() },
		}),
	}
}

// Close empties the store and ends its goroutines. A store that others share by
// name stays as it is until the last of them has closed it. Closing twice is no
// error.
func (s *Store) Close() error {
	if s.closed.CompareAndSwap(false, true) && names.release(s.memory) {
		s.close()
	}
	return nil
}

func (m *memory) close() {
	m.cache.StopAllGoroutines()
	m.cache.InvalidateAll()
	m.clock.stop()
	m.mu.Lock()
	defer m.mu.Unlock()
	m.slots = nil
}

// Slot implements [store.Local].
func (m *memory) Slot(name string, build func() any) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	state, ok := m.slots[name]
	if !ok {
		if m.slots == nil {
			m.slots = make(map[string]any)
		}
		state = build()
		m.slots[name] = state
	}
	return state
}

// Ping implements [store.Pinger]: memory always answers.
func (m *memory) Ping(ctx context.Context) error { return ctx.Err() }

// Bytes returns how much of the bound is taken, after it has done the
// housekeeping that is due. While values are being stored that lags behind, by
// some hundred entries at most.
func (m *memory) Bytes() int64 {
	m.cache.CleanUp()
	return int64(m.cache.WeightedSize())
}
