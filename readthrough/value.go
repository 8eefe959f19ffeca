package readthrough

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/larder-go/larder/store"
)

// The operations in this file are those of a plain key-value cache, for faces
// whose units have no variants.

// Put keeps a value that was made outside of a render. Its stamp is taken at
// the call, or at the begin of the render that ctx belongs to. If something it
// depends on is invalidated meanwhile, it is gone afterwards, as if it had been
// put before. A life of zero or less removes what was there.
func (e *Engine) Put(ctx context.Context, k *Key, a Access, p Product) error {
	if e.closed.Load() {
		return ErrClosed
	}
	if ctx.Err() != nil {
		return fmt.Errorf("larder: set: %w", ctx.Err())
	}
	if p.Life.total() <= 0 {
		_, err := e.Delete(ctx, k)
		return err
	}
	r := e.put(ctx, k, a)
	_, why := r.commit(p)
	r.letGo()
	switch {
	case why == "":
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("larder: set: %w", ctx.Err())
	case why == "invalidated", why == "mark-lost":
		_, err := e.Delete(ctx, k)
		return err
	}
	return unkept("set", why)
}

// unkept is the error for a reason why a value was not kept.
func unkept(op, why string) error {
	switch why {
	case "too-large":
		return fmt.Errorf("larder: %s: %w", op, store.ErrTooLarge)
	case "too-many-tags":
		return fmt.Errorf("larder: %s: more than %d tags, or one of more than %d bytes: %w", op, MaxTags, maxTagLength, errors.ErrUnsupported)
	}
	return fmt.Errorf("larder: %s: not kept (%s): %w", op, why, ErrUnavailable)
}

// put is a render that is over as it begins.
func (e *Engine) put(ctx context.Context, k *Key, a Access) *Render {
	outer := rendering(ctx)
	for outer != nil && outer.e != e {
		outer = outer.parent
	}
	ctx = context.WithValue(ctx, renderKey{}, nil)
	r := e.newRender(ctx, ctx, k, &a, &trail{})
	r.bound = true
	a.Usable = func(*Entry) bool { return false }
	e.marks.begin(r, &a)
	switch {
	case outer == nil:
	case outer.stamp.taken:
		if e.marks.apart(r, &Entry{root: outer.stamp.root}) {
			r.hear(apartTag, 0)
		}
		r.stamp.early(&outer.stamp, e.marks.local())
	case len(a.Tags) > 0: // the store failed when outer began
		r.forbid("no-stamp")
	}
	return r
}

// early moves the stamp back to the begin of an enclosing render. Where there
// are several copies of the root, the two may look at different ones: then
// apartTag tells of a Clear.
func (s *stamp) early(o *stamp, local bool) {
	if local || len(o.pulses) == 1 {
		s.root = o.root
	}
	if local {
		return
	}
	s.pulses = o.pulses
	for t := range s.tokens {
		if token, ok := o.begun[t]; ok {
			s.tokens[t] = token
		} else {
			delete(s.tokens, t) // late: the pulse of the enclosing render decides
		}
	}
}

// PutBare keeps a bare integer, in decimal, as servers count it. It has no
// envelope and no tags; only Clear makes it go.
func (e *Engine) PutBare(ctx context.Context, k *Key, text []byte, ttl time.Duration) error {
	if ttl <= 0 {
		_, err := e.Delete(ctx, k)
		return err
	}
	ctx, cancel := e.step(ctx)
	defer cancel()
	key, err := e.rootedKey(ctx, k, true)
	if err != nil {
		return err
	}
	return e.asked(ctx, "set", e.store.Set(ctx, key, text, ttl))
}

// Add keeps p if k holds nothing that counts, and reports whether it did. If
// something that p depends on is invalidated meanwhile, it is gone afterwards,
// as with Put.
func (e *Engine) Add(ctx context.Context, k *Key, a Access, p Product) (bool, error) {
	return e.add(ctx, k, p.Life, func(ctx context.Context) ([]byte, string) {
		r := e.put(ctx, k, a)
		defer r.letGo()
		if why := r.Why(); why != "" {
			return nil, why
		}
		n := &Entry{}
		r.fillTimes(n, p.Life)
		if why := e.marks.seal(r, n, nil, true); why != "" {
			return nil, why
		}
		e.marks.prolong(ctx, n, r.stamp.raw, p.Life.total())
		blob, _ := e.encode(n, p.Parts...)
		return blob, ""
	})
}

// AddBare is Add for a bare integer.
func (e *Engine) AddBare(ctx context.Context, k *Key, text []byte, ttl time.Duration) (bool, error) {
	return e.add(ctx, k, Life{Fresh: ttl}, func(context.Context) ([]byte, string) { return text, "" })
}

func (e *Engine) add(ctx context.Context, k *Key, life Life, blob func(context.Context) ([]byte, string)) (bool, error) {
	ctx, cancel := e.step(ctx)
	defer cancel()
	for range 8 {
		raw, n, err := e.raw(ctx, k)
		if err != nil {
			return false, err
		}
		if n != nil && n.Fresh(e.Now()) {
			return false, nil
		}
		if life.total() <= 0 { // Django's rule: success, though nothing remains
			return true, nil
		}
		b, why := blob(ctx)
		switch why {
		case "":
		case "invalidated", "mark-lost": // it is gone, as if it had been added before
			return true, nil
		default:
			return false, unkept("add", why)
		}
		added, err := e.replace(ctx, k, raw, b, life.total())
		if err != nil || added {
			return added, e.asked(ctx, "add", err)
		}
	}
	return false, nil
}

func (e *Engine) replace(ctx context.Context, k *Key, old, new []byte, ttl time.Duration) (bool, error) {
	key, err := e.rootedKey(ctx, k, true)
	if err != nil {
		return false, err
	}
	if old == nil {
		return store.Add(ctx, e.store, key, new, ttl)
	}
	return store.Swap(ctx, e.store, key, old, new, ttl)
}

// raw is the record under k as the store has it, and the entry if it counts.
func (e *Engine) raw(ctx context.Context, k *Key) ([]byte, *Entry, error) {
	if e.closed.Load() {
		return nil, nil, ErrClosed
	}
	key, err := e.rootedKey(ctx, k, true)
	if err != nil {
		return nil, nil, err
	}
	b, found, err := e.store.Get(ctx, key)
	if err != nil || !found {
		return nil, nil, e.asked(ctx, "get", err)
	}
	n, err := e.marks.find(ctx, k, nil)
	return b, n, err
}

// Delete removes k and reports whether it held something that counted.
func (e *Engine) Delete(ctx context.Context, k *Key) (existed bool, err error) {
	ctx, cancel := e.step(ctx)
	defer cancel()
	n, err := e.Find(ctx, k, nil)
	if err != nil {
		return false, err
	}
	key, err := e.rootedKey(ctx, k, false)
	if err != nil || key == "" {
		return false, err
	}
	existed, err = e.store.Delete(ctx, key)
	return existed && n != nil && n.Fresh(e.Now()), e.asked(ctx, "delete", err)
}

// Touch gives k a new life, counted from now, and reports whether it was there.
// A window for stale use that it had stays as long, and a limit that was said
// while it was made holds for all of it.
func (e *Engine) Touch(ctx context.Context, k *Key, life Life) (bool, error) {
	ctx, cancel := e.step(ctx)
	defer cancel()
	for range 8 {
		b, n, err := e.raw(ctx, k)
		if err != nil || n == nil || !n.Fresh(e.Now()) {
			return false, err
		}
		if life.total() <= 0 {
			return e.Delete(ctx, k)
		}
		life.StaleWhileRevalidate = max(life.StaleWhileRevalidate, time.Duration(n.StaleUntil-n.FreshUntil))
		key, err := e.rootedKey(ctx, k, false)
		if err != nil {
			return false, err
		}
		if n.Bare() {
			ok, err := store.Touch(ctx, e.store, key, life.total())
			return ok, e.asked(ctx, "touch", err)
		}
		e.marks.prolong(ctx, n, nil, life.total())
		longer, _ := e.encode(n.withLife(e.Now(), life), n.Payload)
		ok, err := store.Swap(ctx, e.store, key, b, longer, life.total())
		if err != nil || ok {
			return ok, e.asked(ctx, "touch", err)
		}
	}
	return false, nil
}

// withLife is the entry with other times, and without its payload.
func (n *Entry) withLife(now int64, l Life) *Entry {
	m := &Entry{kind: n.kind, Born: n.Born, limit: n.limit, check: n.check, root: n.root, index: n.index, stamped: n.stamped}
	m.FreshUntil = after(now, l.Fresh)
	m.StaleUntil, m.ErrorUntil = after(m.FreshUntil, l.StaleWhileRevalidate), after(m.FreshUntil, l.StaleIfError)
	if m.limit != 0 {
		m.FreshUntil, m.StaleUntil, m.ErrorUntil = min(m.FreshUntil, m.limit), min(m.StaleUntil, m.limit), min(m.ErrorUntil, m.limit)
	}
	return m
}

// Incr adds delta to the bare integer under k. ErrNotFound: there is none.
// errors.ErrUnsupported: it is no bare integer, or the store cannot count.
func (e *Engine) Incr(ctx context.Context, k *Key, delta int64) (int64, error) {
	if e.closed.Load() {
		return 0, ErrClosed
	}
	ctx, cancel := e.step(ctx)
	defer cancel()
	key, err := e.rootedKey(ctx, k, true)
	if err != nil {
		return 0, err
	}
	v, err := store.Incr(ctx, e.store, key, delta)
	return v, e.asked(ctx, "incr", err)
}

// rootedKey is the store's key for a unit of a rooted face, with the root as
// it is now. "" when there is no root yet and create is false.
func (e *Engine) rootedKey(ctx context.Context, k *Key, create bool) (string, error) {
	root, err := e.marks.rootValue(ctx, k, create)
	if err != nil || root == "" {
		return "", err
	}
	return e.variant(k, k.seen.Load(), rootText(root)).entry, nil
}

// asked passes an error of the store on, counted and with what was being done.
func (e *Engine) asked(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if !errors.Is(err, ErrUnavailable) && isFailure(ctx, err) {
		e.failed(ctx, op, err)
	}
	return fmt.Errorf("larder: %s: %w", op, err)
}

func (m *sharedMarks) rootValue(ctx context.Context, k *Key, create bool) (string, error) {
	at, key := &m.guess[m.shard(k.unit)], m.root(k)
	for range 4 {
		vals, err := m.get(ctx, "root", []string{key})
		if err != nil {
			return "", err
		}
		raw := vals[0]
		root, ok := decodeRoot(raw)
		if !ok && !create {
			return "", nil
		}
		if !ok {
			if raw, err = m.makeRoot(ctx, key, raw != nil); err != nil {
				return "", err
			}
			root, ok = decodeRoot(raw)
		}
		if ok && !m.void(ctx, &reading{k: k, root: root, rootRaw: raw}) {
			at.Store(root.token)
			return tokenText(root.token), nil
		}
	}
	return "", ErrUnavailable
}

// makeRoot makes a root, in place of one that does not decode, and returns the
// one that is there then.
func (m *sharedMarks) makeRoot(ctx context.Context, key string, broken bool) (raw []byte, err error) {
	name, err := store.Incarnation(ctx, m.s)
	if err != nil {
		return nil, err
	}
	if broken {
		if err := m.batch(ctx, "root", []store.Op{{Do: store.OpDelete, Key: key}}); err != nil {
			return nil, err
		}
	}
	fresh := rootRecord{newToken(), incarnationOf(name)}.encode()
	_, err = m.add(ctx, []store.Op{{Do: store.OpAdd, Key: key, Value: fresh, TTL: store.Forever}}, []*[]byte{&raw})
	return raw, err
}
