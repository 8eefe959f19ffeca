package readthrough

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/larder-go/larder/observe"
)

// A Render is one run of a handler, a block or a load whose result may be
// kept. It is ended by exactly one of Commit and Abort; both may be called
// after Refuse. Tag, and what is said through Context, may come from any
// goroutine; the other methods belong to the one that renders.
type Render struct {
	e       *Engine
	key     *Key
	varied  Varied
	name    string
	parent  *Render
	trail   *trail
	flight  *flight
	variant *variant
	stamp   stamp
	sole    bool  // Product.Replaces
	bound   bool  // ctx ends with outer, from the start
	begun   int64 // engine's clock
	clock   time.Time
	outer   context.Context
	ctx     context.Context
	cancel  context.CancelCauseFunc
	timer   *time.Timer
	detach  func() bool // unties ctx from outer again; nil: it is not tied

	lease    *lease // told to other processes; nil: none
	refused  string // key of the lease that another process has; "": none
	holder   []byte // that one's token
	waited   string // key of the lease that was waited for
	deferred bool   // another process makes the same: r is not to run

	mu    sync.Mutex
	tags  []said
	limit int64
	not   string // why the result is not kept; "" while it may be
	kids  []*Render
}

type said struct {
	name  string
	token uint64
}

// newRender makes a render whose context ends with base: ctx, or ctx without
// its cancellation.
func (e *Engine) newRender(ctx, base context.Context, k *Key, a *Access, t *trail) *Render {
	now := time.Now()
	r := &Render{e: e, key: k, varied: a.Varied, name: a.Name, parent: rendering(ctx), trail: t, outer: ctx, clock: now, begun: e.Now()}
	inner, cancel := context.WithCancelCause(base)
	r.ctx, r.cancel = context.WithValue(inner, renderKey{}, r), cancel
	if p := r.parent; p != nil {
		p.mu.Lock()
		p.kids = append(p.kids, r)
		p.mu.Unlock()
	}
	r.Tag(a.Tags...)
	return r
}

// Context is the context for everything that happens inside the render. It has
// the values of the caller's context but not its cancellation: a render
// survives its client, up to the engine's RenderTimeout. Once Refuse was
// called it is cancelled as the caller's is.
func (r *Render) Context() context.Context { return r.ctx }

// Begun is when the render began, on the engine's clock.
func (r *Render) Begun() time.Time { return time.Unix(0, r.begun) }

// Why is the reason why the result will not be kept, "" while it may be.
func (r *Render) Why() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.not
}

// Limit is the moment up to which MaxTTL lets the result be used, in Unix
// nanoseconds; 0 without one.
func (r *Render) Limit() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.limit
}

// Tags are those that were said so far, by anything inside the render too.
func (r *Render) Tags() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.DeleteFunc(names(r.tags), func(t string) bool { return t == apartTag })
}

// marked is how many marks of its own the result needs beside the root's.
func (r *Render) marked() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.tags)
}

func names(tags []said) []string {
	out := make([]string, len(tags))
	for i, t := range tags {
		out[i] = t.name
	}
	return out
}

// Refuse says that the result cannot be kept, and why. Whoever waits is told
// to render alone at once, and for the time remember nobody waits for this
// unit again. The render's context is tied to the caller's from now on.
func (r *Render) Refuse(reason string, remember time.Duration) {
	r.forbid(reason)
	if r.flight != nil && remember > 0 && r.stamp.taken {
		r.e.keep(r, &Entry{kind: kindUncacheable}, Life{Fresh: remember})
	}
	r.flight.release(alone, nil, "")
	r.yield()
	r.reattach()
}

func (r *Render) reattach() {
	if r.detach != nil || r.bound {
		return
	}
	if r.timer != nil {
		r.timer.Stop()
	}
	r.detach = context.AfterFunc(r.outer, func() { r.cancel(context.Cause(r.outer)) })
}

// letGo frees what the render's context holds.
func (r *Render) letGo() {
	if r.timer != nil {
		r.timer.Stop()
	}
	if r.detach != nil {
		r.detach()
	}
	r.cancel(nil)
}

// Product is what a render made.
type Product struct {
	Parts [][]byte // the payload, in pieces; copied
	Life  Life
	Names []string // what the unit varies on, as this result says (Vary)
	Bare  bool     // an integer in decimal that a server may count: kept without an envelope if it has no tags

	// Replaces: whatever else the unit holds is dead once this is kept, in
	// one step with the check that nothing was invalidated since the render
	// began. It is for what changed the unit and shows the outcome; if it is
	// not kept, nothing has been invalidated.
	Replaces bool
}

// Commit ends the render and keeps its result, unless something forbids it:
// what was said while rendering, or an invalidation meanwhile. It returns the
// entry that was kept, or nil and the reason.
func (r *Render) Commit(p Product) (n *Entry, why string) {
	why = "panic" // in a hook
	defer func() { r.end(why, p.size()) }()
	return r.commit(p)
}

// Abort ends the render without a result: it failed, or was cut short.
// Whoever waits starts anew.
func (r *Render) Abort(reason string) {
	r.forbid(reason)
	r.end(r.Why(), 0)
}

func (p Product) size() (n int) {
	for _, b := range p.Parts {
		n += len(b)
	}
	return n
}

func (r *Render) commit(p Product) (*Entry, string) {
	switch {
	case r.ctx.Err() != nil:
		r.forbid("cancelled")
	case r.e.closed.Load():
		r.forbid("closed")
	}
	life, why := r.life(p.Life)
	waiters := r.e.shut(r.flight)
	if why != "" {
		r.flight.release(alone, nil, "")
		return nil, why
	}
	if p.Bare && r.marked() == 0 && r.Limit() == 0 {
		return r.commitBare(slices.Clone(p.Parts[0]), life, waiters > 0)
	}
	n := &Entry{limit: r.Limit()}
	r.fillTimes(n, life)
	r.sole = p.Replaces
	if why := r.e.marks.seal(r, n, p.Names, waiters > 0); why != "" {
		r.flight.release(verdictOn(why), nil, "")
		return nil, why
	}
	blob, payload := r.e.encode(n, p.Parts...)
	n.Payload = payload
	if d := r.key.face.Decode; d != nil {
		live, err := d(payload)
		if err != nil {
			r.flight.release(alone, nil, "")
			return nil, "unreadable"
		}
		n.Live = live
	}
	r.flight.release(use, n, r.e.flightKey(r.key, r.varied))
	return n, r.e.marks.write(r, n, blob, life.total())
}

// verdictOn tells those who waited for a result that could not be sealed what
// to do. Where something was only changed in between, the next one may succeed.
func verdictOn(why string) verdict {
	switch why {
	case "invalidated", "mark-lost", "index-changed":
		return spoiled
	}
	return alone
}

// commitBare keeps an integer under the root that was there when the render
// began: a Clear meanwhile leaves it where nobody looks.
func (r *Render) commitBare(text []byte, l Life, exact bool) (*Entry, string) {
	n := bare(text)
	if n == nil {
		r.flight.release(alone, nil, "")
		return nil, "unreadable"
	}
	if why := r.e.marks.seal(r, n, nil, exact); why != "" {
		r.flight.release(verdictOn(why), nil, "")
		return nil, why
	}
	r.variant = r.e.variant(r.key, r.key.seen.Load(), rootText(r.stamp.rootText))
	r.flight.release(use, n, r.e.flightKey(r.key, r.varied))
	return n, r.e.marks.write(r, n, text, l.total())
}

// life lowers what the face asks for by what was said while rendering.
func (r *Render) life(l Life) (Life, string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.not != "" {
		return l, r.not
	}
	if r.limit != 0 {
		left := time.Duration(r.limit - r.begun)
		l.Fresh = min(l.Fresh, left)
		l.StaleWhileRevalidate = min(l.StaleWhileRevalidate, max(left-l.Fresh, 0))
		l.StaleIfError = min(l.StaleIfError, max(left-l.Fresh, 0))
	}
	if l.total() <= 0 {
		return l, "no-ttl"
	}
	return l, ""
}

func (r *Render) fillTimes(n *Entry, l Life) {
	n.Born = r.begun
	n.FreshUntil = after(r.begun, max(l.Fresh, 0))
	n.StaleUntil = after(n.FreshUntil, l.StaleWhileRevalidate)
	n.ErrorUntil = after(n.FreshUntil, l.StaleIfError)
}

// keep stores an entry that has no payload while the render goes on.
func (e *Engine) keep(r *Render, n *Entry, l Life) {
	r.fillTimes(n, l)
	if why := e.marks.seal(r, n, nil, false); why != "" {
		return
	}
	blob, _ := e.encode(n)
	e.marks.write(r, n, blob, l.total())
}

// end releases whatever the render holds. The parent forgets it.
func (r *Render) end(why string, size int) {
	r.yield()
	r.e.land(r.flight)
	r.letGo()
	r.forget()
	if h := r.e.hooks.Render; h != nil {
		h(r.outer, observe.Render{Face: r.key.face.Name, Name: r.name, Took: time.Since(r.clock), Kept: why == "", Reason: why, Bytes: size})
	}
	if n := r.marked(); n > warnTags {
		r.e.o.Logger.Warn("larder: many tags on one entry, each is read with every hit", "name", r.name, "tags", n, "limit", MaxTags)
	}
}

// forget takes the render off its parent's list of open ones.
func (r *Render) forget() {
	p := r.parent
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if i := slices.Index(p.kids, r); i >= 0 {
		p.kids = slices.Delete(p.kids, i, i+1)
	}
}
