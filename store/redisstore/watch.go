package redisstore

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// pollInterval is how often the present run is asked for while in use.
const pollInterval = time.Second

// run names what a server has in memory. Process is new with each start of the
// server, which always ends its connections. Lineage also changes when a running
// server takes over another one's memory.
type run struct {
	process string
	lineage string
	name    string // both
}

func newRun(process, lineage string) run { return run{process, lineage, process + "." + lineage} }

// watch knows the present run without asking for it each time.
type watch struct {
	timeout time.Duration
	ask     func(ctx context.Context) (run, error)

	last  atomic.Pointer[run] // nil if it must be asked for
	epoch atomic.Int64        // counts what was learned or doubted on other ways than by asking
	due   atomic.Int64        // when to ask again, in nanoseconds since the Unix epoch

	asking sync.Mutex // one question at a time
	mu     sync.Mutex
	closed bool
	polls  sync.WaitGroup
}

// meet notes the run that a new connection found.
func (w *watch) meet(r run) {
	w.epoch.Add(1)
	w.last.Store(&r)
}

// doubt makes the next caller ask: there is a new connection, perhaps to
// something else than before.
func (w *watch) doubt() {
	w.epoch.Add(1)
	w.last.Store(nil)
}

// name returns the name of the present run. It asks for it in the foreground
// only if it is not known, and in the background once in a while.
func (w *watch) name(ctx context.Context) (string, error) {
	r := w.last.Load()
	if r == nil {
		var err error
		if r, err = w.learn(ctx); err != nil {
			return "", err
		}
	}
	w.pollIfDue()
	return r.name, nil
}

// learn asks for the run, again if there was a new connection meanwhile.
func (w *watch) learn(ctx context.Context) (*run, error) {
	w.asking.Lock()
	defer w.asking.Unlock()
	for {
		if r := w.last.Load(); r != nil {
			return r, nil
		}
		epoch := w.epoch.Load()
		r, err := w.ask(ctx)
		if err != nil {
			return nil, err
		}
		if w.epoch.Load() == epoch {
			w.last.Store(&r)
			w.postpone()
			return &r, nil
		}
	}
}

func (w *watch) postpone() { w.due.Store(time.Now().Add(pollInterval).UnixNano()) }

// pollIfDue asks in the background, one at a time.
func (w *watch) pollIfDue() {
	due := w.due.Load()
	now := time.Now()
	if now.UnixNano() < due || !w.due.CompareAndSwap(due, now.Add(pollInterval).UnixNano()) {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.polls.Go(w.poll)
	}
}

// poll looks for a new lineage of the process that is known. An answer of
// another process comes from an older connection, such as one to a primary that
// was replaced: what a new connection found counts more.
func (w *watch) poll() {
	w.asking.Lock()
	defer w.asking.Unlock()
	known := w.last.Load()
	ctx, cancel := context.WithTimeout(context.Background(), w.timeout)
	defer cancel()
	r, err := w.ask(ctx)
	if err == nil && known != nil && known.process == r.process && *known != r {
		w.last.CompareAndSwap(known, &r)
	}
}

// close ends what runs in the background.
func (w *watch) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.polls.Wait()
}

// dialHook raises doubts at each new connection of a client that was made by
// somebody else.
type dialHook struct{ watch *watch }

// DialHook implements redis.Hook.
func (h dialHook) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		conn, err := next(ctx, network, addr)
		if err == nil {
			h.watch.doubt()
		}
		return conn, err
	}
}

// ProcessHook implements redis.Hook.
func (h dialHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

// ProcessPipelineHook implements redis.Hook.
func (h dialHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
