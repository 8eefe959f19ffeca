package readthrough

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/store"
)

// guard stands before a store that can fail: a circuit breaker. It is a few
// atomics and not a library because it is on the path of every hit, where the
// libraries take a lock and allocate.
type guard struct {
	e        *Engine
	start    time.Time
	failures atomic.Int32
	until    atomic.Int64 // nanoseconds since start; 0: closed
	pending  func() bool  // something must be written before it may close
}

const (
	breakerFailures = 5
	breakerPause    = time.Second
)

func (g *guard) since() int64 { return int64(time.Since(g.start)) }

// allow says whether the store may be asked. Of those who come once the pause
// is over, one is let through to try.
func (g *guard) allow() error {
	until := g.until.Load()
	if until == 0 {
		return nil
	}
	now := g.since()
	if now < until || g.pending() || !g.until.CompareAndSwap(until, now+int64(breakerPause)) {
		return ErrUnavailable
	}
	return nil
}

// note counts what came of a call.
func (g *guard) note(ctx context.Context, op string, err error) {
	if err == nil || !isFailure(ctx, err) {
		if g.failures.Load() != 0 && err == nil {
			g.failures.Store(0)
		}
		if err == nil && g.until.Load() != 0 {
			g.close()
		}
		return
	}
	g.e.failed(ctx, op, err)
	if g.failures.Add(1) >= breakerFailures {
		g.open()
	}
}

func (g *guard) open() {
	if g.until.Swap(g.since()+int64(breakerPause)) == 0 {
		g.e.o.Logger.Warn("larder: store does not answer; pages are rendered without it until it does", "retry", breakerPause)
		if h := g.e.hooks.Breaker; h != nil {
			h(true)
		}
	}
}

func (g *guard) close() {
	if g.pending() {
		return
	}
	if g.until.Swap(0) != 0 {
		g.e.o.Logger.Info("larder: store answers again")
		if h := g.e.hooks.Breaker; h != nil {
			h(false)
		}
	}
}

// isFailure tells what speaks against the store from what its caller did.
func isFailure(ctx context.Context, err error) bool {
	switch {
	case errors.Is(err, store.ErrTooLarge), errors.Is(err, store.ErrNotFound), errors.Is(err, errors.ErrUnsupported):
		return false
	case over(ctx) && !errors.Is(context.Cause(ctx), errSlow):
		return false // the caller left, or had less patience than the store is given
	}
	return true
}

// over reports whether ctx has ended. A connection may notice a deadline a moment
// before the context's timer, which is waited for then: it says whose it was.
func over(ctx context.Context) bool {
	if end, ok := ctx.Deadline(); !ok || time.Now().Before(end) {
		return ctx.Err() != nil
	}
	select {
	case <-ctx.Done():
	case <-time.After(timerLag):
	}
	return true
}

// timerLag is how late a context may notice its end. One that takes longer has no
// timer, and is none of limited's.
const timerLag = 100 * time.Millisecond

// errSlow is why a context of limited ended.
var errSlow = errors.New("larder: store took too long")

// limited bounds one step's calls of the store.
func (e *Engine) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, e.o.Timeout, errSlow)
}

// step is limited for steps of one call or few. A store that bounds its own calls
// needs no second timer for them.
func (e *Engine) step(ctx context.Context) (context.Context, context.CancelFunc) {
	if e.bounded {
		return ctx, func() {}
	}
	return e.limited(ctx)
}
