package readthrough

import (
	"context"
	"slices"
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
	again   verdict = iota // nothing usable: start anew, one of you leading
	use                    // result is it
	alone                  // cannot be shared: render without waiting
	broken                 // the load failed, with the flight's err
	spoiled                // again, since what was made was invalidated meanwhile
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
	waits  map[*flight]int
	owes   bool // another process may wait for one of its renders, itself or through those here who wait
	abroad bool // it waits for another process
}

// reach is t and all trails that it waits for, however indirectly. Called with
// crossing held.
func (t *trail) reach() []*trail {
	found := []*trail{t}
	for i := 0; i < len(found); i++ {
		for f := range found[i].waits {
			if !slices.Contains(found, f.trail) {
				found = append(found, f.trail)
			}
		}
	}
	return found
}

// follow makes t wait for f. It reports false for a wait that could close a
// circle: f waits, however indirectly, for one of t, or for another process
// while another process may wait for t. Called with crossing held.
func (t *trail) follow(f *flight) bool {
	ahead := f.trail.reach()
	if slices.Contains(ahead, t) || t.owes && !pledge(ahead) {
		return false
	}
	if t.waits == nil {
		t.waits = map[*flight]int{}
	}
	t.waits[f]++
	return true
}

// pledge notes that another process may wait for ts from now on. It reports
// false, and notes nothing, if one of them waits for another process itself.
func pledge(ts []*trail) bool {
	if slices.ContainsFunc(ts, func(t *trail) bool { return t.abroad }) {
		return false
	}
	for _, t := range ts {
		t.owes = true
	}
	return true
}

// owe is pledge for t, and all that it waits for.
func (t *trail) owe() bool {
	crossing.Lock()
	defer crossing.Unlock()
	return pledge(t.reach())
}

// leave lets t wait for another process, unless another one may wait for t.
func (t *trail) leave() bool {
	crossing.Lock()
	defer crossing.Unlock()
	t.abroad = !t.owes
	return t.abroad
}

// comeBack ends what leave began.
func (t *trail) comeBack() {
	crossing.Lock()
	defer crossing.Unlock()
	t.abroad = false
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
	case f.waiters >= e.o.MaxWaiters, !t.follow(f):
		return nil, outsider
	}
	f.waiters++
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
