package readthrough

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/store"
)

// ErrClosed is what an engine answers after Close.
var ErrClosed = errors.New("larder: cache is closed")

// ErrUnavailable wraps the failures of a store that the circuit breaker keeps
// from being asked at all.
var ErrUnavailable = errors.New("larder: store is unavailable")

// MaxTags is how many tags one entry may carry; with more it is not kept. From
// warnTags on a warning is logged, since every tag is read with every hit of a
// shared store.
const (
	MaxTags  = 128
	warnTags = 32
	maxNames = 16 // Vary names of one unit; with more it is not kept
)

// Options of an Engine. The zero value of each field means its default.
type Options struct {
	Prefix        string           // before every key, mark and root: engines with different prefixes share nothing
	Now           func() time.Time // time.Now; decides freshness only, never coherence
	Hooks         *observe.Hooks   // nobody listens
	Logger        *slog.Logger     // slog.Default()
	Timeout       time.Duration    // 500 ms: deadline of all store calls that a request waits for at one step
	MaxWait       time.Duration    // 10 s: how long a request waits for another one's render, here or in another process, before it renders itself
	MaxWaiters    int              // 10 000 per render
	RenderTimeout time.Duration    // 60 s: deadline of a render whose client has gone
	Background    int              // 16: refreshes that run at once besides requests
	MaxMarks      int              // 1 000 000: tags and URLs remembered as invalidated, or as varying, in a local store; some 200 bytes each, beside its bound
}

func (o Options) withDefaults() Options {
	if o.Hooks == nil {
		o.Hooks = &observe.Hooks{}
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	setDefault(&o.Timeout, 500*time.Millisecond)
	setDefault(&o.MaxWait, 10*time.Second)
	setDefault(&o.MaxWaiters, 10_000)
	setDefault(&o.RenderTimeout, time.Minute)
	setDefault(&o.Background, 16)
	setDefault(&o.MaxMarks, 1_000_000)
	return o
}

func setDefault[T int | time.Duration](v *T, d T) {
	if *v <= 0 {
		*v = d
	}
}

// An Engine keeps what renders yield in a store, and is right about when it
// may be used. All its methods may be called concurrently.
type Engine struct {
	o       Options
	store   store.Store // without prefix views
	space   string      // prefix of every key of this engine
	bounded bool        // no call of the store takes longer than Timeout
	keys    *keyTable
	marks   marks
	hooks   *observe.Hooks
	wall    wallClock

	flight map[string]*flight // guarded by crossing

	closed     atomic.Bool
	enlisting  sync.Mutex // closed against newcomers in background
	background sync.WaitGroup
	slots      chan struct{}
	stop       context.CancelFunc
	alive      context.Context
}

// New makes an engine on a store, which stays the caller's.
func New(s store.Store, o Options) *Engine {
	o = o.withDefaults()
	inner, prefix := s, ""
	if v, ok := s.(interface {
		Unwrap() (store.Store, string)
	}); ok {
		inner, prefix = v.Unwrap()
	}
	if prefix != "" {
		prefix += "#" // else "a:" with the Prefix "b" would be the Prefix "a:b"
	}
	e := &Engine{o: o, store: inner, space: prefix + spaceOf(o.Prefix), keys: newKeyTable(), hooks: o.Hooks,
		flight: map[string]*flight{}, slots: make(chan struct{}, o.Background)}
	e.alive, e.stop = context.WithCancel(context.Background())
	limit := store.Timeout(inner)
	e.bounded = 0 < limit && limit <= o.Timeout
	if l, ok := inner.(store.Local); ok {
		e.bounded = true // it never waits
		e.marks = newLocalMarks(e, l)
	} else {
		e.marks = newSharedMarks(e)
	}
	return e
}

// spaceOf makes a prefix fit for every store: printable, short, and without
// the braces that mark what belongs together. No space is the beginning of
// another one: the tilde stands at its end, or first where there is no prefix.
func spaceOf(prefix string) string {
	if prefix == "" {
		return "~larder" + formatVersion + ":"
	}
	if len(prefix) > maxPrefix || strings.ContainsFunc(prefix, unfit) {
		prefix = "#" + digest18(prefix)
	}
	return prefix + "~" + formatVersion + ":"
}

const maxPrefix = 60 // longer ones are replaced by a digest

// unfit tells what keeps a prefix from being used as it is.
func unfit(c rune) bool { return c <= ' ' || c > '~' || strings.ContainsRune("{}~#", c) }

// Store is the store under the engine, without prefix views.
func (e *Engine) Store() store.Store { return e.store }

// Space is the prefix of all keys that this engine writes.
func (e *Engine) Space() string { return e.space }

// Logger is where the engine and its faces report what an operator should see.
func (e *Engine) Logger() *slog.Logger { return e.o.Logger }

// Hooks is never nil.
func (e *Engine) Hooks() *observe.Hooks { return e.hooks }

// Now is the time by the engine's clock, in Unix nanoseconds.
func (e *Engine) Now() int64 {
	if e.o.Now != nil {
		return e.o.Now().UnixNano()
	}
	return e.wall.now()
}

// Time is Now as a time.Time.
func (e *Engine) Time() time.Time { return time.Unix(0, e.Now()) }

// Closed reports whether Close or Shutdown was called.
func (e *Engine) Closed() bool { return e.closed.Load() }

// Shutdown stops the background work and waits for it, until ctx ends. After
// it nothing is found or kept any more.
func (e *Engine) Shutdown(ctx context.Context) error {
	e.enlisting.Lock()
	e.closed.Store(true)
	e.enlisting.Unlock()
	e.stop()
	done := make(chan struct{})
	go func() { e.background.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Go runs f in the background pool, under a context that ends with the engine.
// It reports false when the pool is full or the engine closed: f is not run.
func (e *Engine) Go(f func(ctx context.Context)) bool {
	select {
	case e.slots <- struct{}{}:
	default:
		return false
	}
	if !e.enlist() {
		<-e.slots
		return false
	}
	go func() {
		defer func() { <-e.slots; e.background.Done() }()
		f(e.alive)
	}()
	return true
}

// enlist makes Shutdown wait for one more e.background.Done; false: closed.
func (e *Engine) enlist() bool {
	e.enlisting.Lock()
	defer e.enlisting.Unlock()
	if e.closed.Load() {
		return false
	}
	e.background.Add(1)
	return true
}

func (e *Engine) failed(ctx context.Context, op string, err error) {
	if err == nil || errors.Is(err, ErrUnavailable) {
		return
	}
	if h := e.hooks.StoreError; h != nil {
		h(ctx, observe.StoreError{Op: op, Err: err})
	}
}
