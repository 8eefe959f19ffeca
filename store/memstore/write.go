package memstore

import (
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
	return m.Keep(key, copied(value), ttl)
}

// Keep implements [store.Local].
func (m *memory) Keep(key string, value []byte, ttl time.Duration) error {
	err := m.admit(key, value)
	if err != nil || ttl <= 0 {
		m.cache.Invalidate(key)
		return err
	}
	m.cache.Set(key, newItem(value, deadline(m.clock, ttl)))
	return nil
}

// Attach implements [store.Local].
func (m *memory) Attach(key string, value []byte, live store.Dropper) (attached bool) {
	m.cache.Compute(key, func(it item, found bool) (item, otter.ComputeOp) {
		if attached = found && it.is(value); !attached {
			return item{}, otter.CancelOp
		}
		it.live = live
		return it, otter.WriteOp
	})
	return attached
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
	if value == nil {
		value = []byte{}
	}
	return m.Swap(ctx, key, nil, value, ttl)
}

// Swap implements [store.Swapper].
func (m *memory) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (swapped bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	tooLarge := m.admit(key, new)
	m.cache.Compute(key, func(it item, found bool) (item, otter.ComputeOp) {
		swapped = found == (old != nil) && (!found || it.text == string(old))
		switch {
		case !swapped:
			return item{}, otter.CancelOp
		case new == nil || ttl <= 0 || tooLarge != nil:
			return item{}, otter.InvalidateOp
		}
		return newItem(copied(new), deadline(m.clock, ttl)), otter.WriteOp
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
	m.cache.Compute(key, func(it item, found bool) (item, otter.ComputeOp) {
		existed = found
		switch {
		case !found:
			return item{}, otter.CancelOp
		case ttl <= 0:
			return item{}, otter.InvalidateOp
		}
		return item{text: it.text, deadline: deadline(m.clock, ttl)}, otter.WriteOp
	})
	return existed, nil
}

// Incr implements [store.Incrementer].
func (m *memory) Incr(ctx context.Context, key string, delta int64) (sum int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.cache.Compute(key, func(it item, found bool) (item, otter.ComputeOp) {
		if !found {
			err = store.ErrNotFound
			return item{}, otter.CancelOp
		}
		if sum, err = add(it.text, delta); err != nil {
			return item{}, otter.CancelOp
		}
		return newItem(strconv.AppendInt(nil, sum, 10), it.deadline), otter.WriteOp
	})
	return sum, err
}

// add returns the integer in text plus delta.
func add(text string, delta int64) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != text {
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
func (m *memory) admit(key string, value []byte) error {
	limit := min(m.maxBytes, math.MaxUint32)
	if n := size(key, len(value)); n > limit {
		return fmt.Errorf("memstore: entry of %d bytes, limit %d: %w", n, limit, store.ErrTooLarge)
	}
	return nil
}
