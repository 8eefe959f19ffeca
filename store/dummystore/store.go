package dummystore

import (
	"context"
	"errors"
	"iter"
	"net/url"
	"time"

	"github.com/larder-go/larder/store"
)

func init() { store.Register("dummy", open) }

// Store is a store that keeps nothing. Its zero value is ready to use.
type Store struct{}

var _ interface {
	store.Store
	store.Adder
	store.Incrementer
	store.Swapper
	store.Toucher
	store.Lister
	store.Clearer
	store.Pinger
	store.Forgetter
} = Store{}

// New returns the store.
func New() Store { return Store{} }

// open opens dummy://.
func open(ctx context.Context, u *url.URL) (store.Store, error) {
	if u.Host != "" || u.User != nil || (u.Path != "" && u.Path != "/") {
		return nil, errors.New("want dummy://, without host and path")
	}
	q := store.NewQuery(u)
	q.Duration("timeout", 0)
	if err := q.Err(); err != nil {
		return nil, err
	}
	return New(), ctx.Err()
}

// Get implements [store.Store]: a miss.
func (Store) Get(ctx context.Context, _ string) (value []byte, found bool, err error) {
	return nil, false, ctx.Err()
}

// Set implements [store.Store]: the value is gone at once.
func (Store) Set(ctx context.Context, _ string, _ []byte, _ time.Duration) error { return ctx.Err() }

// Delete implements [store.Store]: nothing was there.
func (Store) Delete(ctx context.Context, _ string) (existed bool, err error) {
	return false, ctx.Err()
}

// Add implements [store.Adder]: the key was absent, so it is said to be added.
func (Store) Add(ctx context.Context, _ string, _ []byte, _ time.Duration) (added bool, err error) {
	return ctx.Err() == nil, ctx.Err()
}

// Incr implements [store.Incrementer]: there is nothing to count.
func (Store) Incr(ctx context.Context, _ string, _ int64) (int64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	return 0, store.ErrNotFound
}

// Swap implements [store.Swapper]: it succeeds for callers who expect the key to
// be absent.
func (Store) Swap(ctx context.Context, _ string, old, _ []byte, _ time.Duration) (swapped bool, err error) {
	return old == nil && ctx.Err() == nil, ctx.Err()
}

// Touch implements [store.Toucher]: nothing was there.
func (Store) Touch(ctx context.Context, _ string, _ time.Duration) (existed bool, err error) {
	return false, ctx.Err()
}

// Keys implements [store.Lister]: there are none.
func (Store) Keys(ctx context.Context, _ string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := ctx.Err(); err != nil {
			yield("", err)
		}
	}
}

// Clear implements [store.Clearer]: it is empty already.
func (Store) Clear(ctx context.Context, _ string) error { return ctx.Err() }

// Ping implements [store.Pinger]: it always answers.
func (Store) Ping(ctx context.Context) error { return ctx.Err() }

// Forgets implements [store.Forgetter]: it does.
func (Store) Forgets() bool { return true }
