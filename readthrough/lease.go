package readthrough

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/larder-go/larder/store"
)

// leaseLife is how long a lease lasts that nobody renews: so long others wait
// for a process that has died. It is well below MaxWait, so that one of them
// takes over while the rest still have patience.
const leaseLife = 3 * time.Second

// A lease tells other processes on the store that a render is under way in this
// one, so that they wait for what it makes. It saves work and decides nothing:
// what counts is told by stamps, so a lease may be lost, or had by two, and
// only costs a render.
type lease struct {
	m     *sharedMarks
	ctx   context.Context
	key   string
	token []byte

	mu    sync.Mutex
	until time.Time // the store has it until then at least
	timer *time.Timer
	ended bool
}

// leaseKey belongs to one variant of a unit, or to the unit where that has a
// single one. It lies on the server of the entry.
func (m *sharedMarks) leaseKey(k *Key, va *variant) string {
	if k.face.Rooted {
		return m.e.space + "L{" + k.unit + "}"
	}
	return m.e.space + "L" + strings.TrimPrefix(va.entry, m.e.space+"E")
}

// open reads what r begins with. Where others may wait for r it takes the lease
// before, in the same trip if the store can.
func (m *sharedMarks) open(ctx context.Context, r *Render, va *variant, keys []string) ([][]byte, error) {
	key := m.leaseKey(r.key, va)
	if r.flight == nil || r.lease != nil && r.lease.key == key {
		return m.get(ctx, "begin", keys)
	}
	r.yield() // it was another variant's
	r.refused = ""
	l := &lease{m: m, ctx: context.WithoutCancel(r.outer), key: key, token: encodeToken(newToken()), until: time.Now().Add(leaseLife)}
	ops := make([]store.Op, 0, 2+len(keys))
	ops = append(ops, store.Op{Do: store.OpAdd, Key: key, Value: l.token, TTL: leaseLife}, store.Op{Do: store.OpGet, Key: key})
	for _, k := range keys {
		ops = append(ops, store.Op{Do: store.OpGet, Key: k})
	}
	err := m.batch(ctx, "begin", ops)
	if errors.Is(err, errors.ErrUnsupported) { // without Add there are no leases
		return m.get(ctx, "begin", keys)
	}
	if err != nil {
		if !errors.Is(err, ErrUnavailable) { // the store may have it all the same
			m.e.Go(func(context.Context) { l.remove() })
		}
		return nil, err
	}
	if ops[0].OK || bytes.Equal(ops[1].Value, l.token) { // an Add that was sent twice is refused by itself
		r.hold(l)
	} else {
		r.refused, r.holder = key, ops[1].Value
	}
	vals := make([][]byte, len(keys))
	for i := range vals {
		vals[i] = ops[2+i].Value
	}
	return vals, nil
}

// hold keeps l, unless that could close a circle of waits.
func (r *Render) hold(l *lease) {
	r.lease = l
	if !r.trail.owe() {
		r.yield()
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer = time.AfterFunc(leaseLife/3, l.renew)
}

// defers reports whether r is not to run for now, since another process makes
// the same. Inside another render nobody waits for other processes: one of them
// may wait for that.
func (r *Render) defers(a *Access, n *Entry) bool {
	switch {
	case r.refused == "", n != nil && n.Uncacheable():
		return false
	case a.until.IsZero(): // it need not run at all
		return true
	}
	return r.parent == nil && r.refused != r.waited && time.Now().Before(a.until)
}

// renew makes the lease last longer while the render goes on.
func (l *lease) renew() {
	if !l.m.e.enlist() {
		return
	}
	defer l.m.e.background.Done()
	ctx, cancel := l.m.e.limited(l.ctx)
	defer cancel()
	until := time.Now().Add(leaseLife)
	if l.m.guard.allow() != nil {
		return
	}
	renewed, err := store.Swap(ctx, l.m.s, l.key, l.token, l.token, leaseLife)
	l.m.guard.note(ctx, "lease", err)
	l.mu.Lock()
	defer l.mu.Unlock()
	if renewed {
		l.until = until
	}
	if !l.ended && time.Now().Before(l.until) && !errors.Is(err, errors.ErrUnsupported) {
		l.timer.Reset(leaseLife / 3)
	}
}

// end stops the renewal, and reports whether the store may still have the
// lease. A nil lease has ended.
func (l *lease) end() bool {
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended = true; l.timer != nil {
		l.timer.Stop()
	}
	return time.Now().Before(l.until)
}

// removal is the step that takes the lease from the store. It does not ask
// whose it is: if the store has lost it, and somebody else has one now, that
// costs a render at most.
func (l *lease) removal() store.Op { return store.Op{Do: store.OpSet, Key: l.key} }

// remove takes the lease from the store. If that fails it runs out.
func (l *lease) remove() {
	ctx, cancel := l.m.e.limited(l.ctx)
	defer cancel()
	_ = l.m.batch(ctx, "lease", []store.Op{l.removal()})
}

// yield gives the lease up, if r has one.
func (r *Render) yield() {
	l := r.lease
	if r.lease = nil; l.end() {
		l.remove()
	}
}
