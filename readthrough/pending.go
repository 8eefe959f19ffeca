package readthrough

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// pending holds the invalidations that the store could not be told. They count
// here at once, and are written before the breaker closes again.
type pending struct {
	n     atomic.Int32
	mu    sync.Mutex
	tags  map[string]bool
	units map[string]*Key
	all   bool
	busy  bool
}

const maxPending = 10_000 // beyond, everything is pending

func (p *pending) init() { p.tags, p.units = map[string]bool{}, map[string]*Key{} }

func (p *pending) any() bool { return p.n.Load() != 0 }

// touches reports whether n depends on something that is pending.
func (p *pending) touches(k *Key, n *Entry) bool {
	if p.n.Load() == 0 {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all || p.units[k.unit] != nil {
		return true
	}
	for _, t := range n.Tags() {
		if p.tags[t] {
			return true
		}
	}
	return false
}

func (p *pending) add(m *sharedMarks, t Target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = p.all || t.All
	for _, tag := range t.Tags {
		p.tags[tag] = true
	}
	for _, k := range t.Keys {
		p.units[k.unit] = k
	}
	if len(p.tags)+len(p.units) > maxPending {
		p.init()
		p.all = true
	}
	p.n.Store(int32(len(p.tags)+len(p.units)) + bit(p.all))
	if !p.busy && p.n.Load() != 0 {
		p.busy = true
		m.e.background.Add(1)
		go p.retry(m)
	}
}

func bit(b bool) int32 {
	if b {
		return 1
	}
	return 0
}

// retry writes what is pending until it succeeds or the engine is closed.
func (p *pending) retry(m *sharedMarks) {
	defer m.e.background.Done()
	pause := 50 * time.Millisecond
	for {
		select {
		case <-m.e.alive.Done():
			m.e.o.Logger.Error("larder: closed while the store had not been told of invalidations; entries may outlive them", "pending", p.n.Load())
			return
		case <-time.After(pause):
		}
		if p.flush(m) {
			return
		}
		pause = min(2*pause, time.Second)
	}
}

// flush writes all that is pending; done: nothing is left.
func (p *pending) flush(m *sharedMarks) (done bool) {
	t := p.snapshot()
	if err := m.tell(context.WithoutCancel(m.e.alive), t); err != nil {
		m.e.failed(m.e.alive, "invalidate", err)
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, tag := range t.Tags {
		delete(p.tags, tag)
	}
	for _, k := range t.Keys {
		delete(p.units, k.unit)
	}
	p.all = p.all && !t.All
	left := int32(len(p.tags)+len(p.units)) + bit(p.all)
	p.n.Store(left)
	p.busy = left != 0
	if !p.busy {
		m.guard.note(m.e.alive, "invalidate", nil)
	}
	return !p.busy
}

func (p *pending) snapshot() (t Target) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.All = p.all
	for tag := range p.tags {
		t.Tags = append(t.Tags, tag)
	}
	for _, k := range p.units {
		t.Keys = append(t.Keys, k)
	}
	return t
}
