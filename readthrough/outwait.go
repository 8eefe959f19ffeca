package readthrough

import (
	"bytes"
	"math/rand/v2"
	"time"
)

// Between two looks at another process's lease lies a twentieth of the time
// waited so far, within these bounds.
const (
	shortestPause = 5 * time.Millisecond
	longestPause  = 100 * time.Millisecond
)

// outwait waits for the process that has the lease of r to give it up, and
// returns what is there then. It is the only one in this process that asks:
// whoever else wants the same waits for r. One holder of a lease is waited for,
// and no second one, so that processes never queue to find out that something
// cannot be kept.
func (m *sharedMarks) outwait(r *Render, a *Access) *Entry {
	r.waited, r.deferred = r.refused, false
	if !r.trail.leave() {
		return nil
	}
	defer r.trail.comeBack()
	began := time.Now()
	timer := time.NewTimer(pause(began, a.until))
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
		case <-r.outer.Done():
			r.forbid("client-gone")
			return nil
		case <-m.e.alive.Done():
			r.forbid("closed")
			return nil
		}
		switch ended, err := m.ended(r); {
		case err != nil:
			r.forbid(sealStatus(err))
			return nil
		case ended:
			n, _ := m.find(r.ctx, r.key, a.Varied)
			return n
		case !time.Now().Before(a.until):
			return nil
		}
		timer.Reset(pause(began, a.until))
	}
}

// pause is the time until the next look, spread by a quarter either way so that
// processes do not keep in step.
func pause(began, until time.Time) time.Duration {
	d := min(max(time.Since(began)/20, shortestPause), longestPause)
	d = d*3/4 + rand.N(d/2)
	return min(d, time.Until(until))
}

// ended reports whether the lease that r waits for is nobody's or somebody else's
// by now. Only the lease is asked for: what lies under the entry's key meanwhile
// may be large, and dead. It goes when the entry is there.
func (m *sharedMarks) ended(r *Render) (bool, error) {
	ctx, cancel := m.e.limited(r.ctx)
	defer cancel()
	vals, err := m.get(ctx, "wait", []string{r.refused})
	return err == nil && (vals[0] == nil || !bytes.Equal(vals[0], r.holder)), err
}
