package readthrough

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/larder-go/larder/observe"
)

// Loaded is what a load function made.
type Loaded struct {
	Payload []byte
	Life    Life
	Bare    bool // keep as a bare integer
}

// Do is Start and Commit for results that a function makes. The function runs
// once for all who ask at the same time; its context has the values of the
// leader's, not its cancellation. A caller whose own context ends returns at
// once with its error, the load goes on for the others.
//
// The error is that of load. What the store did wrong is in storeErr, and is
// no reason to do without the payload.
func (e *Engine) Do(ctx context.Context, k *Key, a Access, load func(context.Context) (Loaded, error)) (payload []byte, err, storeErr error) {
	n, findErr := e.Find(ctx, k, a.Varied)
	now := e.Now()
	if a.usable(n, now) {
		e.saw(ctx, k, a.Name, observe.Hit, "")
		e.climb(ctx, n)
		return n.Payload, nil, nil
	}
	if a.AllowStale && n != nil && !n.Uncacheable() && n.Stale(now) && rendering(ctx) == nil {
		e.refresh(ctx, k, a, load)
		e.saw(ctx, k, a.Name, observe.Stale, "stale")
		return n.Payload, nil, nil
	}
	e.saw(ctx, k, a.Name, observe.Miss, missReason(n, findErr))
	n, r := e.Lead(ctx, k, a)
	if n != nil {
		e.climb(ctx, n)
		return n.Payload, nil, nil
	}
	return e.carryOut(ctx, r, load, findErr)
}

// refresh makes a stale value anew in the background.
func (e *Engine) refresh(ctx context.Context, k *Key, a Access, load func(context.Context) (Loaded, error)) {
	r := e.TryLead(context.WithoutCancel(ctx), k, a)
	if r == nil {
		return
	}
	started := e.Go(func(context.Context) {
		if _, err, _ := e.run(r, load); err != nil {
			e.o.Logger.Warn("larder: refreshing a stale value failed", "name", a.Name, "error", err)
		}
	})
	if !started {
		r.Abort("busy")
	}
}

type loaded struct {
	payload []byte
	err     error
	store   error
	panic   any
}

// carryOut runs load on a goroutine of its own, so that a caller may leave.
func (e *Engine) carryOut(ctx context.Context, r *Render, load func(context.Context) (Loaded, error), findErr error) ([]byte, error, error) {
	if ctx.Done() == nil {
		payload, err, storeErr := e.run(r, load)
		return payload, err, errors.Join(findErr, storeErr)
	}
	done := make(chan loaded, 1)
	go func() {
		var l loaded
		defer func() {
			if l.panic = recover(); l.panic != nil {
				l.panic = fmt.Sprintf("%v\n\nload's goroutine:\n%s", l.panic, debug.Stack())
			}
			done <- l
		}()
		l.payload, l.err, l.store = e.run(r, load)
	}()
	select {
	case l := <-done:
		if l.panic != nil {
			panic(l.panic)
		}
		return l.payload, l.err, errors.Join(findErr, l.store)
	case <-ctx.Done():
		return nil, context.Cause(ctx), nil
	}
}

// run carries a render out by calling load.
func (e *Engine) run(r *Render, load func(context.Context) (Loaded, error)) (payload []byte, err, storeErr error) {
	ended := false
	defer func() {
		if !ended {
			r.Abort("panic")
		}
	}()
	l, err := load(r.Context())
	ended = true
	if err != nil {
		r.Abort("error")
		return nil, err, nil
	}
	_, why := r.Commit(Product{Parts: [][]byte{l.Payload}, Life: l.Life, Bare: l.Bare})
	if why == "store-error" || why == "too-large" || why == "store-unavailable" {
		storeErr = fmt.Errorf("larder: keep: %s", why)
	}
	return l.Payload, nil, storeErr
}
