package readthrough

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"github.com/larder-go/larder/store"
)

// nearCopies keeps what this process reads from a shared store in its own
// memory, decoded. Coherence is by the pulse: a process may take "the pulse is
// still g" as known for the lag, counted from the moment it sent the read that
// said so, and an entry whose marks were checked under g counts while the pulse
// is g. Whoever invalidates changes the pulse and returns only when the lag is
// over, so nobody can still believe the old one then. Only durations on this
// process's monotonic clock are compared: clocks that differ do no harm.
type nearCopies struct {
	m     *sharedMarks
	lag   time.Duration
	start time.Time
	known atomic.Pointer[pulse]
	ahead atomic.Bool // somebody is reading the pulse in the background
	mu    sync.Mutex  // one reads the pulse at a time
	cache *otter.Cache[string, *nearCopy]
}

// pulse is what the pulse's copies and the server's memory were when they were
// read. It is identified by its address: a reading that differs makes a new one.
type pulse struct {
	tokens      []uint64
	incarnation string
	until       atomic.Int64 // nanoseconds since start
}

// nearCopy is an entry that counted under a pulse.
type nearCopy struct {
	entry *Entry
	under *pulse
	size  uint32
}

func newNearCopies(m *sharedMarks, bytes int64, lag time.Duration) *nearCopies {
	n := &nearCopies{m: m, lag: lag, start: time.Now()}
	n.cache = otter.Must(&otter.Options[string, *nearCopy]{
		MaximumWeight: uint64(bytes),
		Weigher:       func(key string, c *nearCopy) uint32 { return uint32(len(key)) + c.size },
	})
	return n
}

func (n *nearCopies) since() int64 { return int64(time.Since(n.start)) }

// get is the near copy under key if it still counts, without asking anybody.
func (n *nearCopies) get(key string) *Entry {
	c, ok := n.cache.GetIfPresent(key)
	if !ok {
		return nil
	}
	p := n.known.Load()
	if p != c.under || p == nil {
		return nil
	}
	switch left := p.until.Load() - n.since(); {
	case left <= 0:
		return nil
	case left < int64(n.lag)/2:
		n.readAhead()
	}
	return c.entry
}

// readAhead renews the knowledge of the pulse before it runs out, so that hits
// under traffic never wait for it.
func (n *nearCopies) readAhead() {
	if n.ahead.Swap(true) {
		return
	}
	started := n.m.e.Go(func(ctx context.Context) {
		defer n.ahead.Store(false)
		n.read(ctx)
	})
	if !started {
		n.ahead.Store(false)
	}
}

// pulse is what is known of the pulse now, read anew if need be; nil when it
// cannot be read, or has no value yet.
func (n *nearCopies) pulse(ctx context.Context) (*pulse, error) {
	if p := n.known.Load(); p != nil && n.since() < p.until.Load() {
		return p, nil
	}
	return n.read(ctx)
}

func (n *nearCopies) read(ctx context.Context) (*pulse, error) {
	ctx, cancel := n.m.e.limited(ctx) // with the time that others take to read it
	defer cancel()
	asked := n.since()
	n.mu.Lock()
	defer n.mu.Unlock()
	if p := n.known.Load(); p != nil && asked < p.until.Load()-int64(n.lag)/2 {
		return p, nil // somebody has read it meanwhile
	}
	sent := n.since()
	vals, err := n.m.get(ctx, "pulse", n.m.pulses)
	if err != nil {
		return nil, err
	}
	incarnation, err := store.Incarnation(ctx, n.m.s)
	if err != nil {
		return nil, err
	}
	tokens := make([]uint64, len(vals))
	for i := range vals {
		if tokens[i] = decodeToken(vals[i]); tokens[i] == 0 {
			n.known.Store(nil)
			return nil, nil
		}
	}
	p := n.known.Load()
	if p == nil || p.incarnation != incarnation || !slices.Equal(p.tokens, tokens) {
		p = &pulse{tokens: tokens, incarnation: incarnation}
	}
	p.until.Store(sent + int64(n.lag))
	n.known.Store(p)
	return p, nil
}

// forget makes this process ask before it uses any near copy again. It waits for
// a reading that is under way, which may bring the pulse of before.
func (n *nearCopies) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.known.Store(nil)
}

// keep notes an entry whose marks were read after the pulse.
func (n *nearCopies) keep(key string, e *Entry, under *pulse) {
	if under == nil || e.soft.Load() {
		return
	}
	n.cache.Set(key, &nearCopy{entry: e, under: under, size: uint32(min(len(e.Payload)+liveSize(e), 1<<31))})
}

// settle waits until no process can believe the pulse that was there before.
func (n *nearCopies) settle(ctx context.Context) error {
	timer := time.NewTimer(n.lag + n.lag/10)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// liveSize is about what an entry holds besides its bytes, as measured.
func liveSize(n *Entry) int {
	size := 240 + 40*len(n.Tags())
	if n.Live != nil {
		size += 420
	}
	return size
}
