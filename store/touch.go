package store

import (
	"context"
	"errors"
	"time"
)

// Toucher is a store that can change the lifetime of a key.
type Toucher interface {
	// Touch gives key the lifetime ttl, counted from now, and reports whether
	// the key was there; its value stays. With a ttl of zero or less the key is
	// absent afterwards.
	Touch(ctx context.Context, key string, ttl time.Duration) (existed bool, err error)
}

// Touch changes a lifetime in s as [Toucher] describes. A [Swapper] can do it
// by exchanging the value for itself; without either it returns
// [errors.ErrUnsupported].
func Touch(ctx context.Context, s Store, key string, ttl time.Duration) (existed bool, err error) {
	switch s := s.(type) {
	case Toucher:
		return s.Touch(ctx, key, ttl)
	case swappingStore:
		return touchBySwap(ctx, s, key, ttl)
	}
	return false, errors.ErrUnsupported
}

type swappingStore interface {
	Store
	Swapper
}

// touchBySwap goes round again only when somebody else changed the value in
// between, so each round means that another caller made progress.
func touchBySwap(ctx context.Context, s swappingStore, key string, ttl time.Duration) (existed bool, err error) {
	for {
		value, found, err := s.Get(ctx, key)
		if err != nil || !found {
			return false, err
		}
		value = present(value)
		if swapped, err := s.Swap(ctx, key, value, value, ttl); err != nil || swapped {
			return swapped, err
		}
	}
}
