package cachepage_test

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/store"
)

// counting is a store as if it were far away: no store.Local, every call
// counted, and it can be made to fail or to hang.
type counting struct {
	mu      sync.Mutex
	items   map[string][]byte
	calls   atomic.Int32 // round trips
	lookups atomic.Int32 // GetMany among them
	broken  atomic.Pointer[error]
	hangs   atomic.Bool
}

var _ interface {
	store.MultiGetter
	store.Adder
	store.Swapper
	store.Batcher
} = (*counting)(nil)

// trip is one call of the store.
func (c *counting) trip(ctx context.Context) error {
	c.calls.Add(1)
	if c.hangs.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	if err := c.broken.Load(); err != nil {
		return *err
	}
	return ctx.Err()
}

func (c *counting) Get(ctx context.Context, key string) ([]byte, bool, error) {
	vals, err := c.GetMany(ctx, []string{key})
	if err != nil {
		return nil, false, err
	}
	return vals[0], vals[0] != nil, nil
}

func (c *counting) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	c.lookups.Add(1)
	if err := c.trip(ctx); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([][]byte, len(keys))
	for i, k := range keys {
		out[i] = c.items[k]
	}
	return out, nil
}

func (c *counting) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return c.Batch(ctx, []store.Op{{Do: store.OpSet, Key: key, Value: value, TTL: ttl}})
}

func (c *counting) Delete(ctx context.Context, key string) (bool, error) {
	ops := []store.Op{{Do: store.OpDelete, Key: key}}
	err := c.Batch(ctx, ops)
	return ops[0].OK, err
}

func (c *counting) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	ops := []store.Op{{Do: store.OpAdd, Key: key, Value: value, TTL: ttl}}
	err := c.Batch(ctx, ops)
	return ops[0].OK, err
}

func (c *counting) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (bool, error) {
	if err := c.trip(ctx); err != nil {
		return false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	have, found := c.items[key]
	if found != (old != nil) || !slices.Equal(have, old) {
		return false, nil
	}
	c.put(key, new, ttl)
	return true, nil
}

func (c *counting) Batch(ctx context.Context, ops []store.Op) error {
	if err := c.trip(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range ops {
		op := &ops[i]
		_, found := c.items[op.Key]
		switch op.Do {
		case store.OpAdd:
			if op.OK = !found; op.OK {
				c.put(op.Key, op.Value, op.TTL)
			}
		case store.OpGet:
			op.Value, op.OK = c.items[op.Key], found
		case store.OpDelete:
			op.OK = found
			delete(c.items, op.Key)
		default:
			op.OK = true
			c.put(op.Key, op.Value, op.TTL)
		}
	}
	return nil
}

func (c *counting) put(key string, value []byte, ttl time.Duration) {
	if c.items == nil {
		c.items = map[string][]byte{}
	}
	if value == nil || ttl <= 0 {
		delete(c.items, key)
		return
	}
	c.items[key] = slices.Clone(value)
}
