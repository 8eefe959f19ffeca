package memcachestore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/larder-go/larder/store"
)

// Everything that must be one step here reads the value with its version, and
// writes on the condition that the version is still the same. If somebody else
// was faster it begins again, so each round is progress of somebody.

// change is what to do with the item under a key: put next in its place, or
// leave it as it is if next is nil.
type change func(now *memcache.Item) (next *memcache.Item, err error)

// update applies a change in one step. The item is nil if the key is absent.
func (s *Store) update(ctx context.Context, key string, decide change) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		it, err := s.fetch(key)
		if err != nil {
			return err
		}
		live := it
		if it != nil && expired(it.Flags, time.Now()) {
			live = nil
		}
		next, err := decide(live)
		if err != nil || next == nil {
			return err
		}
		if done, err := s.replace(key, it, next); done || err != nil {
			return err
		}
	}
}

// replace puts next in the place of it, if nobody has changed it meanwhile.
func (s *Store) replace(key string, it, next *memcache.Item) (done bool, err error) {
	sv := s.pick(key)
	next.Key = s.realKey(key)
	err = sv.do(func() error {
		if it == nil {
			return sv.client.Add(next)
		}
		next.CasID = it.CasID
		return sv.client.CompareAndSwap(next)
	})
	switch {
	case errors.Is(err, memcache.ErrNotStored), errors.Is(err, memcache.ErrCASConflict), errors.Is(err, memcache.ErrCacheMiss):
		return false, nil
	case err != nil && serverRefused(err):
		return false, refusal(err)
	}
	return err == nil, err
}

// Add implements [store.Adder].
func (s *Store) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (added bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if ttl > 0 {
		// Nearly always the key is either absent or alive, and one trip will do.
		if added, err := s.replace(key, nil, s.newItem(key, value, ttl)); added || err != nil {
			return added, err
		}
	}
	return s.Swap(ctx, key, nil, present(value), ttl)
}

// present returns value as one that is there, be it empty.
func present(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}

// Swap implements [store.Swapper].
func (s *Store) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (swapped bool, err error) {
	err = s.update(ctx, key, func(it *memcache.Item) (*memcache.Item, error) {
		swapped = (it != nil) == (old != nil) && (it == nil || bytes.Equal(it.Value, old))
		remove := new == nil || ttl <= 0
		switch {
		case !swapped || it == nil && remove:
			return nil, nil
		case remove:
			return &memcache.Item{Expiration: gone}, nil
		}
		return s.newItem(key, new, ttl), nil
	})
	if errors.Is(err, store.ErrTooLarge) {
		err = errors.Join(err, s.remove(key))
	}
	return swapped && err == nil, err
}

// Touch implements [store.Toucher]. The server could do it without moving the
// value, but would leave the deadline in the flags as it is.
func (s *Store) Touch(ctx context.Context, key string, ttl time.Duration) (existed bool, err error) {
	err = s.update(ctx, key, func(it *memcache.Item) (*memcache.Item, error) {
		existed = it != nil
		switch {
		case it == nil:
			return nil, nil
		case ttl <= 0:
			return &memcache.Item{Expiration: gone}, nil
		}
		return s.newItem(key, it.Value, ttl), nil
	})
	return existed && err == nil, err
}

// Incr implements [store.Incrementer]. The server counts too, but without signs.
func (s *Store) Incr(ctx context.Context, key string, delta int64) (sum int64, err error) {
	err = s.update(ctx, key, func(it *memcache.Item) (*memcache.Item, error) {
		if it == nil {
			return nil, store.ErrNotFound
		}
		sum, err = add(it.Value, delta)
		if err != nil {
			return nil, err
		}
		next := &memcache.Item{Value: strconv.AppendInt(nil, sum, 10)}
		keepLifetime(next, it, time.Now())
		return next, nil
	})
	if err != nil {
		return 0, err
	}
	return sum, nil
}

// add returns the integer in text plus delta.
func add(text []byte, delta int64) (int64, error) {
	n, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || strconv.FormatInt(n, 10) != string(text) {
		return 0, fmt.Errorf("memcachestore: value is no decimal integer: %w", errors.ErrUnsupported)
	}
	sum := n + delta
	if (delta > 0) != (sum > n) && delta != 0 {
		return 0, fmt.Errorf("memcachestore: %d + %d is beyond int64", n, delta)
	}
	return sum, nil
}
