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
	n, findErr := e.look(ctx, k, &a)
	now := e.Now()
	if a.usable(n, now) {
		e.saw(ctx, k, a.Name, observe.Hit, "")
		e.climb(ctx, n)
		return n.Payload, nil, nil
	}
	if a.mayStale(ctx, n, now) {
		e.refresh(ctx, k, a, load)
		e.saw(ctx, k, a.Name, observe.Stale, "stale")
		return n.Payload, nil, nil
	}
	reason := missReason(n, findErr)
	a.Alone = a.Alone || reason == "uncacheable"
	n, r, err := e.enter(ctx, k, &a)
	if r == nil {
		e.saw(ctx, k, a.Name, observe.Wait, reason)
		if err != nil {
			return nil, err, nil
		}
		e.climb(ctx, n)
		return n.Payload, nil, nil
	}
	if ctx.Err() != nil { // nobody is there to take what a load would give
		r.Abort("client-gone")
		return nil, context.Cause(ctx), nil
	}
	r.Missed(ctx, reason)
	return e.carryOut(ctx, r, load, findErr)
}

// refresh makes a stale value anew in the background.
func (e *Engine) refresh(ctx context.Context, k *Key, a Access, load func(context.Context) (Loaded, error)) {
	r := e.TryLead(context.WithoutCancel(ctx), k, a)
	if r == nil {
		return
	}
	started := e.Go(func(context.Context) {
		defer context.AfterFunc(e.alive, func() { r.cancel(ErrClosed) })()
		defer func() {
			if v := recover(); v != nil {
				e.o.Logger.Error("larder: panic while refreshing a stale value", "name", a.Name, "panic", v, "stack", string(debug.Stack()))
			}
		}()
		if _, err, _ := e.run(r, load); err != nil {
			e.o.Logger.Warn("larder: refreshing a stale value failed", "name", a.Name, "error", err)
		}
	})
	if !started {
		r.Abort("busy")
	}
}

// outcome is what came of a load on a goroutine of its own.
type outcome struct {
	payload []byte
	err     error
	store   error
	panic   any
}

var errExited = errors.New("larder: load ended its goroutine")

// carryOut runs load on a goroutine of its own where the caller may leave.
func (e *Engine) carryOut(ctx context.Context, r *Render, load func(context.Context) (Loaded, error), findErr error) ([]byte, error, error) {
	if ctx.Done() == nil || !e.enlist() {
		payload, err, storeErr := e.run(r, load)
		return payload, err, errors.Join(findErr, storeErr)
	}
	done := make(chan outcome, 1)
	go func() {
		defer e.background.Done()
		o := outcome{err: errExited}
		defer func() {
			if v := recover(); v != nil {
				o.panic = fmt.Sprintf("%v\n\nload's goroutine:\n%s", v, debug.Stack())
			}
			done <- o
		}()
		o.payload, o.err, o.store = e.run(r, load)
	}()
	select {
	case o := <-done:
		if o.panic != nil {
			panic(o.panic)
		}
		return o.payload, o.err, errors.Join(findErr, o.store)
	case <-ctx.Done():
		e.abandon(r, done)
		return nil, context.Cause(ctx), nil
	}
}

// abandon leaves a load to itself, since its caller has gone: it ends with the
// engine, and a panic has nobody left to reach.
func (e *Engine) abandon(r *Render, done <-chan outcome) {
	stop := context.AfterFunc(e.alive, func() { r.cancel(ErrClosed) })
	context.AfterFunc(r.ctx, func() {
		stop()
		if o := <-done; o.panic != nil {
			e.o.Logger.Error("larder: panic in a load whose caller has gone", "name", r.name, "panic", o.panic)
		}
	})
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
		e.fail(r.flight, err)
		r.Abort("error")
		return nil, err, nil
	}
	_, why := r.Commit(Product{Parts: [][]byte{l.Payload}, Life: l.Life, Bare: l.Bare})
	if why == "store-error" || why == "too-large" || why == "store-unavailable" {
		storeErr = fmt.Errorf("larder: keep: %s", why)
	}
	return l.Payload, nil, storeErr
}
