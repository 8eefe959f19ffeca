package readthrough

import (
	"bytes"
	"math/rand/v2"
	"time"
)

// Between two looks at what another process makes lies a tenth of the time
// waited so far, within these bounds.
const (
	shortestPause = 5 * time.Millisecond
	longestPause  = 100 * time.Millisecond
)

// outwait waits for the process that has the lease of r: until there is
// something usable, which it returns, or nothing more to wait for. It is the
// only one in this process that asks: whoever else wants the same waits for r.
// One holder of a lease is waited for, and no second one, so that processes
// never queue to find out that something cannot be kept.
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
		n, over := m.poll(r, a)
		if over || !time.Now().Before(a.until) {
			return n
		}
		timer.Reset(pause(began, a.until))
	}
}

// pause is the time until the next look, spread by a quarter either way so that
// processes do not keep in step.
func pause(began, until time.Time) time.Duration {
	d := min(max(time.Since(began)/10, shortestPause), longestPause)
	d = d*3/4 + rand.N(d/2)
	return min(d, time.Until(until))
}

// poll looks once, at the store itself. over: there is something to use or to
// go by, the lease is nobody's or somebody else's by now, or the store does not
// answer.
func (m *sharedMarks) poll(r *Render, a *Access) (n *Entry, over bool) {
	ctx, cancel := m.e.limited(r.ctx)
	defer cancel()
	k := r.key
	va := m.e.variant(k, k.seen.Load(), m.variedOf(r))
	rd := m.reads(k, va)
	flushed := m.pending.flushed.Load()
	last := len(rd.keys)
	vals, err := m.get(ctx, "wait", append(rd.keys[:last:last], r.refused))
	if err != nil {
		r.forbid(sealStatus(err))
		return nil, true
	}
	g := readingOf(k, va, rd, vals[:last], flushed)
	n, again, err := m.judge(ctx, &g)
	switch {
	case err != nil:
		r.forbid(sealStatus(err))
		return nil, true
	case again: // read it right the next time, unless what r wants has another lease
		return nil, m.leaseKey(k, m.e.variant(k, k.seen.Load(), m.variedOf(r))) != r.refused
	case a.usable(n, m.e.Now()):
		return n, true
	}
	return nil, vals[last] == nil || !bytes.Equal(vals[last], r.holder) || n != nil && n.Uncacheable()
}
