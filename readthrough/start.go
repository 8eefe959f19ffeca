package readthrough

import (
	"context"
	"time"

	"github.com/larder-go/larder/observe"
)

// Access says how a face wants one unit.
type Access struct {
	Name   string   // for events and logs
	Varied Varied   // nil: the unit has one variant
	Tags   []string // tags known before the render begins
	Names  []string // what the unit varies on by the face's options
	// Usable decides whether an entry may be used instead of rendering. Nil:
	// it is fresh.
	Usable func(n *Entry) bool
	// AllowStale: an entry in its stale-while-revalidate window is good
	// enough when somebody else is making it anew already. Not honoured
	// inside a render that may be kept.
	AllowStale bool
	// Alone: neither wait for others nor let others wait; the result is kept
	// all the same.
	Alone bool
	// Looked: a FindMany has asked for the unit already and gave Have, nil for
	// nothing. Start and Do go by that and do not ask the store again. It must
	// have begun after all renders around the caller: what one of them keeps
	// could show what was invalidated before it began otherwise.
	Looked bool
	Have   *Entry

	until   time.Time // when the caller's patience with others ends; zero: it does not wait
	spoiled int       // how often it waited for what was invalidated meanwhile
}

// maxSpoiled is how many renders that came to nothing since something was
// invalidated one waits for. Where that happens more often than a render takes,
// or an invalidation cannot be written, all would queue otherwise.
const maxSpoiled = 2

func (a *Access) usable(n *Entry, now int64) bool {
	if n == nil || n.Uncacheable() {
		return false
	}
	if a.Usable != nil {
		return a.Usable(n)
	}
	return n.Fresh(now)
}

// Remote reports whether each lookup is a round trip to a server, so that it
// pays to ask with FindMany for what will be wanted soon.
func (e *Engine) Remote() bool {
	m, shared := e.marks.(*sharedMarks)
	return shared && m.near == nil
}

// Sole reports whether k is known to have no variants, so that Find needs no
// Varied. Only a store in this process can tell.
func (e *Engine) Sole(k *Key) bool { return e.marks.local() && !k.Varies() }

// Find looks k up: one round trip to a shared store, none to a local one. The
// entry is valid, no invalidation has touched it, but it may be stale or
// uncacheable: look at it. nil is a miss. An error says that the store could
// not be asked; treat it as a miss. What the entry carries climbs to the
// renders around ctx once the caller says Use.
func (e *Engine) Find(ctx context.Context, k *Key, v Varied) (*Entry, error) {
	if e.closed.Load() {
		return nil, ErrClosed
	}
	return e.marks.find(ctx, k, v)
}

// FindMany is Find for many units without variants, with as many round trips as
// it takes for one of them. The result is aligned with ks.
func (e *Engine) FindMany(ctx context.Context, ks []*Key) ([]*Entry, error) {
	if e.closed.Load() {
		return make([]*Entry, len(ks)), ErrClosed
	}
	return e.marks.findMany(ctx, ks)
}

// look is Find, unless the caller has done that already.
func (e *Engine) look(ctx context.Context, k *Key, a *Access) (*Entry, error) {
	if a.Looked && !e.closed.Load() {
		return a.Have, nil
	}
	return e.Find(ctx, k, a.Varied)
}

// Use hands the tags, limits and staleness of an entry that the caller is
// going to show to all renders around ctx.
func (e *Engine) Use(ctx context.Context, n *Entry) { e.climb(ctx, n) }

// Start gives what the caller may use, or a render that it must carry out and
// end. Exactly one of the two is not nil.
func (e *Engine) Start(ctx context.Context, k *Key, a Access) (*Entry, *Render) {
	n, err := e.look(ctx, k, &a)
	now := e.Now()
	if a.usable(n, now) {
		e.saw(ctx, k, a.Name, observe.Hit, "")
		e.climb(ctx, n)
		return n, nil
	}
	reason := missReason(n, err)
	if n != nil && n.Uncacheable() {
		a.Alone = true
	}
	if a.mayStale(ctx, n, now) {
		if r := e.TryLead(ctx, k, a); r != nil {
			r.Missed(ctx, reason)
			return nil, r
		}
		e.saw(ctx, k, a.Name, observe.Stale, reason)
		return n, nil
	}
	n, r := e.Lead(ctx, k, a)
	if n != nil {
		e.saw(ctx, k, a.Name, observe.Wait, reason)
		e.climb(ctx, n)
		return n, nil
	}
	r.Missed(ctx, reason)
	return nil, r
}

// mayStale: n may be shown while somebody makes it anew. Inside a render that
// is kept, what is stale would come out fresh.
func (a *Access) mayStale(ctx context.Context, n *Entry, now int64) bool {
	return a.AllowStale && n != nil && !n.Uncacheable() && n.Stale(now) && rendering(ctx) == nil
}

func missReason(n *Entry, err error) string {
	switch {
	case err != nil:
		return "store-error"
	case n == nil:
		return "absent"
	case n.Uncacheable():
		return "uncacheable"
	}
	return "stale"
}

func (e *Engine) saw(ctx context.Context, k *Key, name string, o observe.Outcome, reason string) {
	if h := e.hooks.Lookup; h != nil {
		h(ctx, observe.Lookup{Face: k.face.Name, Name: name, Outcome: o, Reason: reason})
	}
}

// Missed tells the hooks of the lookup that r comes of; ctx is that of whoever
// asked. A hook that panics ends r, which nobody else would. Start does it.
func (r *Render) Missed(ctx context.Context, reason string) {
	told := false
	defer func() {
		if !told {
			r.Abort("panic")
		}
	}()
	r.e.saw(ctx, r.key, r.name, observe.Miss, reason)
	told = true
}

// Lead is Start after the lookup: it waits for a render that is under way, in
// this process or in another one on the same store, or begins one.
func (e *Engine) Lead(ctx context.Context, k *Key, a Access) (*Entry, *Render) {
	n, r, err := e.enter(ctx, k, &a)
	if err != nil {
		return nil, e.alone(ctx, k, &a, trailOf(ctx))
	}
	return n, r
}

// enter is Lead for loads, whose error is that of all who waited for them.
func (e *Engine) enter(ctx context.Context, k *Key, a *Access) (*Entry, *Render, error) {
	t := trailOf(ctx)
	a.until = time.Now().Add(e.o.MaxWait)
	var patience *time.Timer
	for !a.Alone && !e.closed.Load() && ctx.Err() == nil {
		f, as := e.join(e.flightKey(k, a.Varied), t)
		switch as {
		case outsider:
			return nil, e.alone(ctx, k, a, t), nil
		case leader:
			n, r := e.lead(ctx, k, a, t, f)
			return n, r, nil
		}
		if patience == nil {
			patience = time.NewTimer(time.Until(a.until))
			defer patience.Stop()
		}
		v := await(ctx, f, as, t, patience.C)
		if v == broken {
			return nil, nil, f.err
		}
		if n := e.after(ctx, k, a, f, v); n != nil {
			return n, nil, nil
		}
	}
	return nil, e.alone(ctx, k, a, t), nil
}

// after is what the caller may use once f has ended with v, nil if it has to go
// on: round again, or alone.
func (e *Engine) after(ctx context.Context, k *Key, a *Access, f *flight, v verdict) *Entry {
	var n *Entry
	switch v {
	case alone:
		a.Alone = true
		return nil
	case use:
		if e.flightKey(k, a.Varied) != f.kept {
			return nil // another variant's
		}
		n = f.result
		a.Alone = true // made anew: where it is not good enough, waiting will not help
	case spoiled, again:
		if v == spoiled {
			a.spoiled++
		}
		n, _ = e.Find(ctx, k, a.Varied)
		a.Alone = a.spoiled == maxSpoiled || n != nil && n.Uncacheable()
	}
	if a.usable(n, e.Now()) {
		return n
	}
	return nil
}

// flightKey names what one render makes. A rooted unit has a single variant.
func (e *Engine) flightKey(k *Key, v Varied) string {
	if k.face.Rooted {
		return k.unit
	}
	return e.variant(k, k.seen.Load(), v).entry
}

// TryLead begins a render if nobody else has one open for k, here or in another
// process on the same store, and returns nil otherwise.
func (e *Engine) TryLead(ctx context.Context, k *Key, a Access) *Render {
	if e.closed.Load() {
		return nil
	}
	t := trailOf(ctx)
	f := e.tryLead(e.flightKey(k, a.Varied), t)
	if f == nil {
		return nil
	}
	n, r := e.lead(ctx, k, &a, t, f)
	if n != nil {
		return nil
	}
	return r
}

func trailOf(ctx context.Context) *trail {
	if p := rendering(ctx); p != nil {
		return p.trail
	}
	return &trail{}
}

// lead begins the render of a flight: it takes the stamp, and looks once more,
// since somebody may have finished between the lookup and now, here or in
// another process. Both results are nil if another process makes it and a does
// not want to wait.
func (e *Engine) lead(ctx context.Context, k *Key, a *Access, t *trail, f *flight) (*Entry, *Render) {
	r := e.newRender(ctx, context.WithoutCancel(ctx), k, a, t)
	r.flight = f
	begins := false // nor after a panic in a hook
	defer func() {
		if !begins {
			r.discard()
		}
	}()
	n := e.marks.begin(r, a)
	if a.usable(n, r.begun) {
		e.share(ctx, k, a, f)
		return n, nil
	}
	if r.deferred {
		return nil, nil
	}
	if r.Why() != "" || n != nil && n.Uncacheable() { // nobody need wait to hear that it cannot be kept
		r.isolate()
	}
	r.timer = time.AfterFunc(e.o.RenderTimeout, func() { r.cancel(context.DeadlineExceeded) })
	begins = true
	return nil, r
}

// share hands what the leader of f has found to those who wait. It is looked up
// again when nobody can join any more: of those who did, one may have come
// after an invalidation that the leader's own lookup came before.
func (e *Engine) share(ctx context.Context, k *Key, a *Access, f *flight) {
	if e.shut(f) == 0 {
		return
	}
	if n, _ := e.Find(ctx, k, a.Varied); a.usable(n, e.Now()) {
		f.release(use, n, e.flightKey(k, a.Varied))
	}
}

// isolate makes r a render that nobody waits for. Where only its caller has
// left, one of those who waited begins anew.
func (r *Render) isolate() {
	v := alone
	if r.outer.Err() != nil {
		v = again
	}
	r.flight.release(v, nil, "")
	r.e.land(r.flight)
	r.flight = nil
	r.yield()
}

// discard ends a render that never ran.
func (r *Render) discard() {
	r.yield()
	r.e.land(r.flight)
	r.letGo()
	r.forget()
}

// alone begins a render that nobody waits for. Its result is kept like any
// other's.
func (e *Engine) alone(ctx context.Context, k *Key, a *Access, t *trail) *Render {
	r := e.newRender(ctx, ctx, k, a, t)
	r.bound = true
	switch {
	case e.closed.Load():
		r.forbid("closed")
	case ctx.Err() != nil:
		r.forbid("client-gone")
	default:
		e.marks.begin(r, a)
	}
	return r
}
