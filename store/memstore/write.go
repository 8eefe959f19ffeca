package memstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/maypok86/otter/v2"
)

// Set implements [store.Store].
func (m *memory) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return m.SetLive(key, copied(value), nil, 0, ttl)
}

// SetLive implements [store.Local].
func (m *memory) SetLive(key string, value []byte, live any, extra int, ttl time.Duration) error {
	err := m.admit(key, value, extra)
	if err != nil || ttl <= 0 {
		m.cache.Invalidate(key)
		return err
	}
	m.cache.Set(key, newItem(key, clipped(value), live, extra, deadline(m.clock, ttl)))
	return nil
}

// Delete implements [store.Store].
func (m *memory) Delete(ctx context.Context, key string) (existed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	_, existed = m.cache.Invalidate(key)
	return existed, nil
}

// Add implements [store.Adder].
func (m *memory) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (added bool, err error) {
	return m.Swap(ctx, key, nil, clipped(value), ttl)
}

// Swap implements [store.Swapper].
func (m *memory) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (swapped bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	tooLarge := m.admit(key, new, 0)
	m.cache.Compute(key, func(it *item, found bool) (*item, otter.ComputeOp) {
		swapped = found == (old != nil) && (!found || bytes.Equal(it.value, old))
		switch {
		case !swapped:
			return nil, otter.CancelOp
		case new == nil || ttl <= 0 || tooLarge != nil:
			return nil, otter.InvalidateOp
		}
		return newItem(key, copied(new), nil, 0, deadline(m.clock, ttl)), otter.WriteOp
	})
	if swapped && tooLarge != nil {
		return false, tooLarge
	}
	return swapped, nil
}

// Touch implements [store.Toucher].
func (m *memory) Touch(ctx context.Context, key string, ttl time.Duration) (existed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	m.cache.Compute(key, func(it *item, found bool) (*item, otter.ComputeOp) {
		existed = found
		switch {
		case !found:
			return nil, otter.CancelOp
		case ttl <= 0:
			return nil, otter.InvalidateOp
		}
		touched := *it
		touched.deadline = deadline(m.clock, ttl)
		it.moved = true
		return &touched, otter.WriteOp
	})
	return existed, nil
}

// Incr implements [store.Incrementer].
func (m *memory) Incr(ctx context.Context, key string, delta int64) (sum int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.cache.Compute(key, func(it *item, found bool) (*item, otter.ComputeOp) {
		if !found {
			err = store.ErrNotFound
			return nil, otter.CancelOp
		}
		if sum, err = add(it.value, delta); err != nil {
			return nil, otter.CancelOp
		}
		return newItem(key, strconv.AppendInt(nil, sum, 10), nil, 0, it.deadline), otter.WriteOp
	})
	return sum, err
}

// add returns the integer in text plus delta.
func add(text []byte, delta int64) (int64, error) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(text) {
		return 0, fmt.Errorf("memstore: value is no decimal integer: %w", errors.ErrUnsupported)
	}
	sum := n + delta
	if (sum > n) != (delta > 0) && delta != 0 {
		return 0, fmt.Errorf("memstore: %d + %d is beyond int64", n, delta)
	}
	return sum, nil
}

// Clear implements [store.Clearer].
func (m *memory) Clear(ctx context.Context, prefix string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if prefix == "" {
		m.cache.InvalidateAll()
		return nil
	}
	for key := range m.cache.Keys() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if strings.HasPrefix(key, prefix) {
			m.cache.Invalidate(key)
		}
	}
	return nil
}

// admit tells whether an entry could be kept if it were the only one.
func (m *memory) admit(key string, value []byte, extra int) error {
	limit := min(m.maxBytes, math.MaxUint32)
	if int64(extra) > limit {
		return fmt.Errorf("memstore: object of %d bytes, limit %d: %w", extra, limit, store.ErrTooLarge)
	}
	if n := size(key, value, extra); n > limit {
		return fmt.Errorf("memstore: entry of %d bytes, limit %d: %w", n, limit, store.ErrTooLarge)
	}
	return nil
}
