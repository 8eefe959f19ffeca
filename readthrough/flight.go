package readthrough

import (
	"context"
	"sync"
	"time"
)

// crossing guards who leads and who waits, in all engines of the process: a
// render of one may wait for another's, and a circle may run through both.
var crossing sync.Mutex

// A flight is one render that others may wait for. Its life: open (newcomers
// join), closed (newcomers wait for gone, then look up like anyone), released
// (those who had joined have their answer), gone.
type flight struct {
	key      string
	trail    *trail
	waiters  int
	closed   bool
	answered bool
	released chan struct{} // closed with the answer; made for who waits first, as gone is
	gone     chan struct{} // closed at the end
	verdict  verdict
	result   *Entry
	kept     string // flight key of what result is
	err      error  // of a load that failed
}

// verdict is what those who waited are told.
type verdict uint8

const (
	again  verdict = iota // nothing usable: start anew, one of you leading
	use                   // result is it
	alone                 // cannot be shared: render without waiting
	broken                // the load failed, with the flight's err
)

// A role is what joining a flight makes of the caller.
type role uint8

const (
	outsider  role = iota // must not wait: render alone
	leader                // render, for the others too
	follower              // wait for the verdict
	latecomer             // wait for the end, then look up
)

// A trail is the family of renders that one request has open. What any of them
// waits for is noted here, so that a circle of waits is seen before it closes.
type trail struct {
	waits map[*flight]int
}

// circle reports whether waiting for f would wait for a render that itself
// waits, however indirectly, for one of t. Called with crossing held.
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

// join makes the caller the leader of a new flight, or a waiter of the one that
// is there.
func (e *Engine) join(key string, t *trail) (*flight, role) {
	crossing.Lock()
	defer crossing.Unlock()
	f := e.flight[key]
	switch {
	case f == nil:
		return e.take(key, t), leader
	case circle(f, t), f.waiters >= e.o.MaxWaiters:
		return nil, outsider
	}
	f.waiters++
	t.wait(f)
	if f.closed {
		f.makeGone()
		return f, latecomer
	}
	f.makeReleased()
	return f, follower
}

// makeGone and makeReleased make what those wait for who have just joined.
// Called with crossing held.
func (f *flight) makeGone() {
	if f.gone == nil {
		f.gone = make(chan struct{})
	}
}

func (f *flight) makeReleased() {
	if f.released != nil {
		return
	}
	f.released = make(chan struct{})
	if f.answered {
		close(f.released)
	}
}

// tryLead is join for those who would rather not wait; nil: somebody leads.
func (e *Engine) tryLead(key string, t *trail) *flight {
	crossing.Lock()
	defer crossing.Unlock()
	if e.flight[key] != nil {
		return nil
	}
	return e.take(key, t)
}

// take makes a new flight. Called with crossing held.
func (e *Engine) take(key string, t *trail) *flight {
	f := &flight{key: key, trail: t}
	e.flight[key] = f
	return f
}

func (t *trail) wait(f *flight) {
	if t.waits == nil {
		t.waits = map[*flight]int{}
	}
	t.waits[f]++
}

func leave(f *flight, t *trail) {
	crossing.Lock()
	defer crossing.Unlock()
	f.waiters--
	if t.waits[f]--; t.waits[f] <= 0 {
		delete(t.waits, f)
	}
}

// await waits for f's answer: for its verdict when the caller joined in time,
// for its end otherwise. When it has lasted until patience ends, the caller
// renders alone.
func await(ctx context.Context, f *flight, as role, t *trail, patience <-chan time.Time) verdict {
	defer leave(f, t)
	ready := f.released
	if as == latecomer {
		ready = f.gone
	}
	select {
	case <-ready:
	case <-ctx.Done():
		return alone
	case <-patience:
		return alone
	}
	if as == latecomer {
		return again
	}
	return f.verdict
}

// shut closes the flight to newcomers and says whether anybody waits.
func (e *Engine) shut(f *flight) (waiters int) {
	if f == nil {
		return 0
	}
	crossing.Lock()
	defer crossing.Unlock()
	f.closed = true
	return f.waiters
}

// release answers those who wait. Only the first call counts.
func (f *flight) release(v verdict, result *Entry, kept string) {
	if f == nil {
		return
	}
	crossing.Lock()
	defer crossing.Unlock()
	if f.answered {
		return
	}
	f.answered, f.verdict, f.result, f.kept = true, v, result, kept
	if f.released != nil {
		close(f.released)
	}
}

// fail hands the error of a load to those who wait for it.
func (e *Engine) fail(f *flight, err error) {
	if f == nil {
		return
	}
	e.shut(f)
	f.err = err
	f.release(broken, nil, "")
}

// land ends the flight.
func (e *Engine) land(f *flight) {
	if f == nil {
		return
	}
	f.release(again, nil, "")
	crossing.Lock()
	defer crossing.Unlock()
	if e.flight[f.key] == f {
		delete(e.flight, f.key)
	}
	if f.gone != nil {
		close(f.gone)
	}
}
