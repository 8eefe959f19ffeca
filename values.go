package larder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"strconv"
	"sync"
	"time"

	"github.com/larder-go/larder/readthrough"
	"github.com/larder-go/larder/store"
)

var values = &readthrough.Face{Name: "value", Rooted: true}

// KeyErrors says which keys of a SetMany or DeleteMany failed, and why.
type KeyErrors = store.KeyErrors

// ValueOption says more about one value.
type ValueOption func(*valueOptions)

type valueOptions struct {
	tags []string
	swr  time.Duration
}

// Tags gives a value tags, by which Invalidate finds it. A tagged integer
// cannot be counted with Incr. With more than 128 tags, or one of more than 4
// KiB, a value is not kept; Set and Add say so with errors.ErrUnsupported.
func Tags(tags ...string) ValueOption {
	return func(o *valueOptions) { o.tags = append(o.tags, tags...) }
}

// StaleWhileRevalidate lets GetOrSet return a value for d after its TTL while
// one call of load makes a new one in the background.
func StaleWhileRevalidate(d time.Duration) ValueOption {
	return func(o *valueOptions) { o.swr = d }
}

func optionsOf(opts []ValueOption) (o valueOptions) {
	for _, f := range opts {
		f(&o)
	}
	return o
}

func (c *Cache) key(key string) *readthrough.Key {
	var buf [128]byte
	m := strconv.AppendInt(buf[:0], int64(c.version), 10)
	m = append(m, ':')
	return c.engine.Key(values, append(m, key...))
}

func (c *Cache) life(ttl time.Duration, o valueOptions) readthrough.Life {
	if ttl == DefaultTTL {
		ttl = c.ttl
	}
	if ttl <= 0 {
		return readthrough.Life{}
	}
	return readthrough.Life{Fresh: ttl, StaleWhileRevalidate: o.swr}
}

// failed marks an error of the store, so that errors.Is(err, ErrStore) holds.
// What is no fault of the store stays as it is.
func failed(err error) error {
	for _, is := range [...]error{ErrClosed, ErrNotFound, errors.ErrUnsupported, context.Canceled} {
		if err == nil || errors.Is(err, is) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", ErrStore, err)
}

// find is the entry under key if it is fresh.
func (c *Cache) find(ctx context.Context, key string) (*readthrough.Entry, error) {
	n, err := c.engine.Find(ctx, c.key(key), nil)
	if err != nil || n == nil || !n.Fresh(c.engine.Now()) {
		return nil, failed(err)
	}
	return n, nil
}

// Get returns the value under key; false is a miss. A value that does not
// decode into T is an error. The value's tags climb to what ctx renders.
func Get[T any](ctx context.Context, c *Cache, key string) (T, bool, error) {
	var zero T
	n, err := c.find(ctx, key)
	if n == nil {
		return zero, false, err
	}
	v, err := decode[T](c.codec, n.Payload)
	if err != nil {
		return zero, false, err
	}
	c.engine.Use(ctx, n)
	return v, true, nil
}

// Set keeps a value for ttl, in place of an earlier one and its TTL. With tags
// it counts as made when Set is called, or when the render that ctx belongs to
// began; only GetOrSet, which sees the making, is exact.
func Set[T any](ctx context.Context, c *Cache, key string, v T, ttl time.Duration, opts ...ValueOption) error {
	o := optionsOf(opts)
	b, bare, err := encode(c.codec, v)
	if err != nil {
		return err
	}
	k, life := c.key(key), c.life(ttl, o)
	if bare && len(o.tags) == 0 {
		if c.engine.Closed() {
			return ErrClosed
		}
		return failed(c.engine.PutBare(ctx, k, b, life.Fresh))
	}
	return failed(c.engine.Put(ctx, k, readthrough.Access{Name: key, Tags: o.tags}, readthrough.Product{Parts: [][]byte{b}, Life: life}))
}

// Add keeps a value if there is none under key, and reports whether it did. A
// ttl of zero or less reports true for an absent key and keeps nothing.
func Add[T any](ctx context.Context, c *Cache, key string, v T, ttl time.Duration, opts ...ValueOption) (bool, error) {
	o := optionsOf(opts)
	b, bare, err := encode(c.codec, v)
	if err != nil {
		return false, err
	}
	k, life := c.key(key), c.life(ttl, o)
	var added bool
	if bare && len(o.tags) == 0 {
		added, err = c.engine.AddBare(ctx, k, b, life.Fresh)
	} else {
		added, err = c.engine.Add(ctx, k, readthrough.Access{Name: key, Tags: o.tags}, readthrough.Product{Parts: [][]byte{b}, Life: life})
	}
	return added, failed(err)
}

// GetOrSet returns the value under key, and on a miss what load makes, which
// is kept for ttl. Of all who ask at the same time, in all processes on a store
// that they share, one calls load; its context has the values of the caller's
// but not its cancellation, so ctx values must outlive the call. Whoever's own
// ctx ends returns at once.
//
// An error of load is returned as it is, to everyone who waited, and nothing is
// kept. If only the store failed, the value is good and errors.Is(err,
// ErrStore) holds. What load says with Tag, MaxTTL and NoStore counts for the
// value and climbs to what ctx renders.
//
// A Set or Delete of key while load runs does not keep its result from being
// stored after it. Where that would be old, give the value a tag, and Invalidate
// the tag.
func GetOrSet[T any](ctx context.Context, c *Cache, key string, ttl time.Duration, load func(context.Context) (T, error), opts ...ValueOption) (T, error) {
	o := optionsOf(opts)
	b, err, storeErr := c.engine.Do(ctx, c.key(key), readthrough.Access{Name: key, Tags: o.tags, AllowStale: o.swr > 0}, func(ctx context.Context) (readthrough.Loaded, error) {
		v, err := load(ctx)
		if err != nil {
			return readthrough.Loaded{}, err
		}
		b, bare, err := encode(c.codec, v)
		if err != nil {
			return readthrough.Loaded{}, &unwritten[T]{v, err}
		}
		return readthrough.Loaded{Payload: b, Bare: bare, Life: c.life(ttl, o)}, nil
	})
	if err != nil {
		var zero T
		if u, ok := err.(*unwritten[T]); ok {
			return u.value, u.err
		}
		return zero, err
	}
	v, err := decode[T](c.codec, b)
	if err != nil {
		return v, err
	}
	return v, failed(storeErr)
}

// unwritten is what load gave where the codec could not write it: an error, but
// the value is there.
type unwritten[T any] struct {
	value T
	err   error
}

func (u *unwritten[T]) Error() string { return u.err.Error() }

// GetMany returns the values that were found, in one round trip, and up to two
// more for all those together that this process has not met lately.
func GetMany[T any](ctx context.Context, c *Cache, keys []string) (map[string]T, error) {
	ks := make([]*readthrough.Key, len(keys))
	for i, key := range keys {
		ks[i] = c.key(key)
	}
	found := make(map[string]T, len(keys))
	ns, err := c.engine.FindMany(ctx, ks)
	if err != nil {
		return found, failed(err)
	}
	now := c.engine.Now()
	for i, n := range ns {
		if n == nil || !n.Fresh(now) {
			continue
		}
		v, err := decode[T](c.codec, n.Payload)
		if err != nil {
			return found, fmt.Errorf("key %q: %w", keys[i], err)
		}
		c.engine.Use(ctx, n)
		found[keys[i]] = v
	}
	return found, nil
}

// SetMany keeps several values for ttl. The error of keys that failed is a
// *KeyErrors; the others are kept.
func SetMany[T any](ctx context.Context, c *Cache, items map[string]T, ttl time.Duration, opts ...ValueOption) error {
	return eachKey(items, func(key string) error { return Set(ctx, c, key, items[key], ttl, opts...) })
}

// eachKey calls f for every key, sixteen at a time. A panic in one of them is the
// caller's.
func eachKey[T any](items map[string]T, f func(key string) error) error {
	var failures KeyErrors
	var panicked string
	var mu sync.Mutex
	var wg sync.WaitGroup
	slots := make(chan struct{}, 16)
	for key := range items {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					mu.Lock()
					defer mu.Unlock()
					panicked = fmt.Sprintf("%v\n\ngoroutine of one key:\n%s", v, debug.Stack())
				}
				<-slots
			}()
			if err := f(key); err != nil {
				mu.Lock()
				defer mu.Unlock()
				failures.Add(key, err)
			}
		})
	}
	wg.Wait()
	if panicked != "" {
		panic(panicked)
	}
	return failures.Err()
}

// Delete removes the value under key and reports whether there was one.
func (c *Cache) Delete(ctx context.Context, key string) (existed bool, err error) {
	existed, err = c.engine.Delete(ctx, c.key(key))
	return existed, failed(err)
}

// DeleteMany removes several values. The error of keys that failed is a
// *KeyErrors.
func (c *Cache) DeleteMany(ctx context.Context, keys ...string) error {
	items := make(map[string]struct{}, len(keys))
	for _, key := range keys {
		items[key] = struct{}{}
	}
	return eachKey(items, func(key string) error {
		_, err := c.Delete(ctx, key)
		return err
	})
}

// Has reports whether there is a value under key.
func (c *Cache) Has(ctx context.Context, key string) (bool, error) {
	n, err := c.find(ctx, key)
	return n != nil, err
}

// Touch gives the value under key a new TTL, counted from now, and reports
// whether it was there. A window of StaleWhileRevalidate stays as long as it
// was. With a ttl of zero or less the value is gone afterwards.
func (c *Cache) Touch(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	ok, err := c.engine.Touch(ctx, c.key(key), c.life(ttl, valueOptions{}))
	return ok, failed(err)
}

// Incr adds delta, which may be negative, to the integer under key and returns
// the sum. It is atomic among all users of the store and keeps the TTL.
// ErrNotFound: there is nothing. errors.ErrUnsupported: it is no integer, or
// one with tags.
func (c *Cache) Incr(ctx context.Context, key string, delta int64) (int64, error) {
	n, err := c.engine.Incr(ctx, c.key(key), delta)
	return n, failed(err)
}

// Decr is Incr by -delta. The smallest int64 has no negative: it is an error.
func (c *Cache) Decr(ctx context.Context, key string, delta int64) (int64, error) {
	if delta == math.MinInt64 {
		return 0, fmt.Errorf("larder: Decr by %d: the negative of that is beyond int64", delta)
	}
	return c.Incr(ctx, key, -delta)
}

// IncrVersion moves the value under key to the next version and returns that.
// The value keeps its TTL and tags; an integer gets the default TTL, since
// servers do not tell how much of theirs is left. ErrNotFound: there is nothing.
func (c *Cache) IncrVersion(ctx context.Context, key string) (int, error) {
	return c.moveVersion(ctx, key, 1)
}

// DecrVersion moves the value under key to the version before.
func (c *Cache) DecrVersion(ctx context.Context, key string) (int, error) {
	return c.moveVersion(ctx, key, -1)
}

func (c *Cache) moveVersion(ctx context.Context, key string, delta int) (int, error) {
	if c.engine.Closed() {
		return 0, ErrClosed
	}
	to := c.AtVersion(c.version + delta)
	// The stamp is taken before the value is read: what is invalidated in
	// between must not come to life again.
	never := func(*readthrough.Entry) bool { return false }
	_, r := c.engine.Lead(ctx, to.key(key), readthrough.Access{Name: key, Alone: true, Usable: never})
	n, err := c.find(r.Context(), key)
	if n == nil {
		r.Abort("absent")
		if err == nil {
			err = fmt.Errorf("larder: version of %q: %w", key, ErrNotFound)
		}
		return 0, err
	}
	c.engine.Use(r.Context(), n)
	switch _, why := r.Commit(c.again(n, r)); {
	case why == "":
	case ctx.Err() != nil:
		return 0, failed(fmt.Errorf("larder: version of %q: %w", key, ctx.Err()))
	default:
		return 0, failed(fmt.Errorf("larder: version of %q: not kept (%s)", key, why))
	}
	_, err = c.Delete(ctx, key)
	return to.version, err
}

// again is n as the product of another render.
func (c *Cache) again(n *readthrough.Entry, r *readthrough.Render) readthrough.Product {
	p := readthrough.Product{Parts: [][]byte{n.Payload}, Bare: n.Bare(), Life: readthrough.Life{Fresh: Forever}}
	switch begun := r.Begun().UnixNano(); {
	case n.Bare():
		p.Life.Fresh = c.ttl
	case n.FreshUntil != int64(Forever):
		p.Life.Fresh = time.Duration(n.FreshUntil - begun)
		p.Life.StaleWhileRevalidate = time.Duration(n.StaleUntil - n.FreshUntil)
	}
	return p
}
