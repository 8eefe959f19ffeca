package readthrough

import (
	"context"
	"time"
)

// A flight is one render that others may wait for. Its life: open (newcomers
// join), closed (newcomers wait for gone, then look up like anyone), released
// (those who had joined have their answer), gone.
type flight struct {
	key      string
	trail    *trail
	waiters  int
	closed   bool
	released chan struct{}
	gone     chan struct{}
	verdict  verdict
	result   *Entry
	kept     string // key in the store that result has
}

// verdict is what those who waited are told.
type verdict uint8

const (
	again verdict = iota // nothing usable: start anew, one of you leading
	use                  // result is it
	alone                // cannot be shared: render without waiting
)

// A trail is the family of renders that one request has open. What any of them
// waits for is noted here, so that a circle of waits is seen before it closes.
type trail struct {
	waits map[*flight]int
}

// circle reports whether waiting for f would wait for a render that itself
// waits, however indirectly, for one of t. Called with Engine.mu held.
func circle(f *flight, t *trail) bool {
	seen := map[*flight]bool{}
	var reach func(f *flight) bool
	reach = func(f *flight) bool {
		if f.trail == t {
			return true
		}
		if seen[f] {
			return false
		}
		seen[f] = true
		for next := range f.trail.waits {
			if reach(next) {
				return true
			}
		}
		return false
	}
	return reach(f)
}

// join makes the caller the leader of a new flight (lead true), or a waiter of
// the one that is there. f nil: render alone.
func (e *Engine) join(key string, t *trail) (f *flight, lead bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f = e.flight[key]
	switch {
	case f == nil:
		f = &flight{key: key, trail: t, released: make(chan struct{}), gone: make(chan struct{})}
		e.flight[key] = f
		return f, true
	case circle(f, t), f.waiters >= e.o.MaxWaiters:
		return nil, false
	}
	f.waiters++
	t.wait(f)
	return f, false
}

// tryLead is join for those who would rather not wait.
func (e *Engine) tryLead(key string, t *trail) *flight {
	e.mu.Lock()
	busy := e.flight[key] != nil
	e.mu.Unlock()
	if busy {
		return nil
	}
	f, lead := e.join(key, t)
	if f != nil && !lead {
		e.leave(f, t)
		return nil
	}
	return f
}

func (t *trail) wait(f *flight) {
	if t.waits == nil {
		t.waits = map[*flight]int{}
	}
	t.waits[f]++
}

func (e *Engine) leave(f *flight, t *trail) {
	e.mu.Lock()
	defer e.mu.Unlock()
	f.waiters--
	if t.waits[f]--; t.waits[f] <= 0 {
		delete(t.waits, f)
	}
}

// await waits for f's answer: for its verdict when the caller joined in time,
// for its end otherwise. A wait that lasts too long ends in rendering alone.
func (e *Engine) await(ctx context.Context, f *flight, t *trail) verdict {
	defer e.leave(f, t)
	timer := time.NewTimer(e.o.MaxWait)
	defer timer.Stop()
	e.mu.Lock()
	late := f.closed
	e.mu.Unlock()
	ready := f.released
	if late {
		ready = f.gone
	}
	select {
	case <-ready:
	case <-ctx.Done():
		return alone
	case <-timer.C:
		return alone
	}
	if late {
		return again
	}
	return f.verdict
}

// shut closes the flight to newcomers and says whether anybody waits.
func (e *Engine) shut(f *flight) (waiters int) {
	if f == nil {
		return 0
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	f.closed = true
	return f.waiters
}

// release answers those who wait. Only the first call counts.
func (f *flight) release(v verdict, result *Entry, kept string) {
	if f == nil {
		return
	}
	select {
	case <-f.released:
	default:
		f.verdict, f.result, f.kept = v, result, kept
		close(f.released)
	}
}

// land ends the flight.
func (e *Engine) land(f *flight) {
	if f == nil {
		return
	}
	f.release(again, nil, "")
	e.mu.Lock()
	if e.flight[f.key] == f {
		delete(e.flight, f.key)
	}
	e.mu.Unlock()
	close(f.gone)
}
