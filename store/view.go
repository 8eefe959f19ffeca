package store

import (
	"context"
	"iter"
	"net/url"
	"strings"
	"time"
)

// View shows the part of a store whose keys begin with a prefix, as a store of
// its own: it sees, lists, clears and changes no key outside, and callers do
// not see the prefix. It has every capability that its store has; what that
// one cannot do returns [errors.ErrUnsupported]. Make one with [Prefixed].
type View struct {
	inner  Store
	prefix string
}

// Prefixed returns the part of s that belongs to name. Any two names have
// separate keys, also where one begins with the other: name is escaped as in a
// URL's query and ends with a colon, so the key "k" of the view "shop" is
// "shop:k" in s. An empty name shows the whole store.
//
// A view of a view lies inside it, and clearing the outer one clears both.
func Prefixed(s Store, name string) *View {
	inner, prefix := Unwrap(s)
	if name != "" {
		prefix += url.QueryEscape(name) + ":"
	}
	return &View{inner: inner, prefix: prefix}
}

// Unwrap returns the store behind s and what s puts before each key, if s is a
// [View], else s itself and an empty prefix. Who builds keys anyway can put the
// prefix in and spare the view the work.
func Unwrap(s Store) (inner Store, prefix string) {
	if v, ok := s.(*View); ok {
		return v.Unwrap()
	}
	return s, ""
}

// Unwrap returns the store that v shows a part of, which is never a View, and
// what v puts before each key.
func (v *View) Unwrap() (inner Store, prefix string) { return v.inner, v.prefix }

// Get implements [Store].
func (v *View) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	return v.inner.Get(ctx, v.prefix+key)
}

// Set implements [Store].
func (v *View) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return v.inner.Set(ctx, v.prefix+key, value, ttl)
}

// Delete implements [Store].
func (v *View) Delete(ctx context.Context, key string) (existed bool, err error) {
	return v.inner.Delete(ctx, v.prefix+key)
}

// GetMany implements [MultiGetter].
func (v *View) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	return GetMany(ctx, v.inner, v.outward(keys))
}

// SetMany implements [MultiSetter].
func (v *View) SetMany(ctx context.Context, items []Item) error {
	prefixed := make([]Item, len(items))
	for i, item := range items {
		item.Key = v.prefix + item.Key
		prefixed[i] = item
	}
	return v.inward(SetMany(ctx, v.inner, prefixed))
}

// DeleteMany implements [MultiDeleter].
func (v *View) DeleteMany(ctx context.Context, keys []string) error {
	return v.inward(DeleteMany(ctx, v.inner, v.outward(keys)))
}

// Add implements [Adder].
func (v *View) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (added bool, err error) {
	return Add(ctx, v.inner, v.prefix+key, value, ttl)
}

// Incr implements [Incrementer].
func (v *View) Incr(ctx context.Context, key string, delta int64) (int64, error) {
	return Incr(ctx, v.inner, v.prefix+key, delta)
}

// Swap implements [Swapper].
func (v *View) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (swapped bool, err error) {
	return Swap(ctx, v.inner, v.prefix+key, old, new, ttl)
}

// Touch implements [Toucher].
func (v *View) Touch(ctx context.Context, key string, ttl time.Duration) (existed bool, err error) {
	return Touch(ctx, v.inner, v.prefix+key, ttl)
}

// Batch implements [Batcher].
func (v *View) Batch(ctx context.Context, ops []Op) error {
	prefixed := make([]Op, len(ops))
	for i, op := range ops {
		op.Key = v.prefix + op.Key
		prefixed[i] = op
	}
	err := Batch(ctx, v.inner, prefixed)
	for i := range ops {
		ops[i].Value, ops[i].OK = prefixed[i].Value, prefixed[i].OK
	}
	return err
}

// Keys implements [Lister].
func (v *View) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for key, err := range Keys(ctx, v.inner, v.prefix+prefix) {
			if !yield(strings.TrimPrefix(key, v.prefix), err) {
				return
			}
		}
	}
}

// Clear implements [Clearer].
func (v *View) Clear(ctx context.Context, prefix string) error {
	return Clear(ctx, v.inner, v.prefix+prefix)
}

// Ping implements [Pinger].
func (v *View) Ping(ctx context.Context) error { return Ping(ctx, v.inner) }

// Incarnation implements [Incarnater].
func (v *View) Incarnation(ctx context.Context) (string, error) { return Incarnation(ctx, v.inner) }

// Shards implements [Sharder].
func (v *View) Shards() int { return Shards(v.inner) }

// Timeout implements [TimeLimiter].
func (v *View) Timeout() time.Duration { return Timeout(v.inner) }

// Near implements [Nearer].
func (v *View) Near() (bytes int64, lag time.Duration) { return Near(v.inner) }

// Forgets implements [Forgetter].
func (v *View) Forgets() bool { return Forgets(v.inner) }

// Close closes the store behind v, for all its views.
func (v *View) Close() error { return Close(v.inner) }

// outward returns keys as the inner store knows them.
func (v *View) outward(keys []string) []string {
	prefixed := make([]string, len(keys))
	for i, key := range keys {
		prefixed[i] = v.prefix + key
	}
	return prefixed
}

// inward returns err with keys as the caller knows them.
func (v *View) inward(err error) error {
	failed, ok := err.(*KeyErrors)
	if !ok {
		return err
	}
	var own KeyErrors
	for key, err := range failed.ByKey {
		own.Add(strings.TrimPrefix(key, v.prefix), err)
	}
	return own.Err()
}
