package readthrough

import (
	"context"
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// pending holds the invalidations that the store could not be told. They count
// here at once, and are written before the breaker closes again.
type pending struct {
	n       atomic.Int32
	flushed atomic.Uint64 // how often something was written and taken off
	mu      sync.Mutex
	turn    uint64            // counts the calls of add
	tags    map[string]uint64 // the turn in which each was last added
	units   map[string]pendingUnit
	all     uint64 // 0: not
	busy    bool
	// heard: the store has taken some of it. What is invalidated from now on
	// goes there at once: if it were added here, under a steady stream there
	// would always be something left, and the breaker would never close.
	heard atomic.Bool
}

type pendingUnit struct {
	key  *Key
	turn uint64
}

const (
	maxPending = 10_000                // beyond, everything is pending
	retryPause = 50 * time.Millisecond // doubled up to a second while the store fails
)

func (p *pending) init() { p.tags, p.units = map[string]uint64{}, map[string]pendingUnit{} }

func (p *pending) any() bool { return p.n.Load() != 0 }

// touches reports whether n depends on something that is pending.
func (p *pending) touches(k *Key, n *Entry) bool {
	if p.n.Load() == 0 {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all != 0 || p.units[k.unit].key != nil {
		return true
	}
	for _, t := range n.Tags() {
		if p.tags[t] != 0 {
			return true
		}
	}
	return false
}

func (p *pending) add(m *sharedMarks, t Target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.turn++
	if t.All {
		p.all = p.turn
	}
	for _, tag := range t.Tags {
		p.tags[tag] = p.turn
	}
	for _, k := range t.Keys {
		p.units[k.unit] = pendingUnit{k, p.turn}
	}
	if len(p.tags)+len(p.units) > maxPending {
		p.init()
		p.all = p.turn
	}
	if p.count() != 0 && !p.busy && m.e.enlist() {
		p.busy = true
		go p.retry(m)
	}
}

// count notes and returns how much is pending.
func (p *pending) count() int32 {
	n := int32(len(p.tags) + len(p.units))
	if p.all != 0 {
		n++
	}
	p.n.Store(n)
	return n
}

// retry writes what is pending until it succeeds or the engine is closed.
func (p *pending) retry(m *sharedMarks) {
	defer m.e.background.Done()
	pause := retryPause
	for {
		select {
		case <-m.e.alive.Done():
			m.e.o.Logger.Error("larder: closed while the store had not been told of invalidations; entries may outlive them", "pending", p.n.Load())
			return
		case <-time.After(pause):
		}
		done, err := p.flush(m)
		switch {
		case done:
			return
		case err == nil:
			pause = retryPause
		default:
			pause = min(2*pause, time.Second)
		}
	}
}

// flush writes all that is pending; done: nothing is left. What was added once
// more in the meantime stays: it is about what was rendered in the meantime.
func (p *pending) flush(m *sharedMarks) (done bool, err error) {
	t, turn := p.snapshot()
	err = m.tell(context.WithoutCancel(m.e.alive), t)
	p.heard.Store(err == nil)
	if err != nil {
		m.e.failed(m.e.alive, "invalidate", err)
		return false, err
	}
	if m.near != nil { // else copies would count again until the lag is over
		m.near.forget()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flushed.Add(1)
	maps.DeleteFunc(p.tags, func(_ string, at uint64) bool { return at <= turn })
	maps.DeleteFunc(p.units, func(_ string, u pendingUnit) bool { return u.turn <= turn })
	if p.all <= turn {
		p.all = 0
	}
	p.busy = p.count() != 0
	if !p.busy {
		p.heard.Store(false)
		m.guard.note(m.e.alive, "invalidate", nil)
	}
	return !p.busy, nil
}

func (p *pending) snapshot() (t Target, turn uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.All = p.all != 0
	for tag := range p.tags {
		t.Tags = append(t.Tags, tag)
	}
	for _, u := range p.units {
		t.Keys = append(t.Keys, u.key)
	}
	return t, p.turn
}
