package storetest_test

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/storetest"
)

// plain is an honest store that can do no more than it must.
type plain struct {
	mu      sync.Mutex
	entries map[string]entry
}

type entry struct {
	value    []byte
	deadline time.Time // zero for none
}

func newPlain() *plain { return &plain{entries: make(map[string]entry)} }

func (p *plain) Get(ctx context.Context, key string) ([]byte, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e, found := p.find(key)
	return e.value, found, ctx.Err()
}

func (p *plain) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.put(ctx, key, value, ttl)
}

func (p *plain) Delete(ctx context.Context, key string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, found := p.find(key)
	return found, p.put(ctx, key, nil, 0)
}

// find and put are for callers that hold the lock.

func (p *plain) find(key string) (entry, bool) {
	e, found := p.entries[key]
	if found && !e.deadline.IsZero() && !time.Now().Before(e.deadline) {
		return entry{}, false
	}
	return e, found
}

func (p *plain) put(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ttl <= 0 {
		delete(p.entries, key)
		return nil
	}
	e := entry{value: bytes.Clone(value)}
	if ttl != store.Forever {
		e.deadline = time.Now().Add(ttl)
	}
	p.entries[key] = e
	return nil
}

// full is an honest store with every capability that the suite looks at.
type full struct{ *plain }

func newFull() *full { return &full{newPlain()} }

func (f *full) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	values := make([][]byte, len(keys))
	for i, key := range keys {
		value, found, err := f.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		if found {
			values[i] = append([]byte{}, value...)
		}
	}
	return values, ctx.Err()
}

func (f *full) SetMany(ctx context.Context, items []store.Item) error {
	for _, item := range items {
		if err := f.Set(ctx, item.Key, item.Value, item.TTL); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (f *full) DeleteMany(ctx context.Context, keys []string) error {
	for _, key := range keys {
		if _, err := f.Delete(ctx, key); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (f *full) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	return f.Swap(ctx, key, nil, append([]byte{}, value...), ttl)
}

func (f *full) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, found := f.find(key)
	if found != (old != nil) || found && !bytes.Equal(e.value, old) {
		return false, ctx.Err()
	}
	if new == nil {
		ttl = 0
	}
	return true, f.put(ctx, key, new, ttl)
}

func (f *full) Incr(ctx context.Context, key string, delta int64) (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, found := f.find(key)
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if !found {
		return 0, store.ErrNotFound
	}
	n, err := strconv.ParseInt(string(e.value), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(e.value) {
		return 0, errors.ErrUnsupported
	}
	if sum := n + delta; (sum < n) != (delta < 0) {
		return 0, errors.New("overflow")
	}
	e.value = strconv.AppendInt(nil, n+delta, 10)
	f.entries[key] = e
	return n + delta, nil
}

func (f *full) Touch(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, found := f.find(key)
	if !found {
		return false, ctx.Err()
	}
	return true, f.put(ctx, key, e.value, ttl)
}

func (f *full) Batch(ctx context.Context, ops []store.Op) error {
	return store.Batch(ctx, struct {
		store.Store
		store.Adder
	}{f, f}, ops)
}

func (f *full) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := ctx.Err(); err != nil {
			yield("", err)
			return
		}
		for _, key := range f.list(prefix) {
			if !yield(key, nil) {
				return
			}
		}
	}
}

func (f *full) Clear(ctx context.Context, prefix string) error {
	return f.DeleteMany(ctx, f.list(prefix))
}

func (f *full) list(prefix string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var keys []string
	for key := range f.entries {
		if _, found := f.find(key); found && strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func TestHonestStoresPass(t *testing.T) {
	for name, s := range map[string]store.Store{
		"plain": newPlain(),
		"view":  store.Prefixed(store.Prefixed(newPlain(), "a"), "b"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(*testing.T) store.Store { return s })
		})
	}
}

func TestRunLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	s := newFull()
	storetest.Run(t, func(*testing.T) store.Store { return s })
	if keys := s.list(""); len(keys) != 0 {
		t.Errorf("after the suite the store holds %d keys, such as %q", len(keys), keys[0])
	}
}
