package store

import (
	"context"
	"errors"
	"time"
)

// Adder is a store that can create a key only if it is absent.
type Adder interface {
	// Add stores value as Store.Set does if key is absent or expired, and
	// reports whether it did. Of any number of concurrent calls exactly one is
	// told that it did. With a ttl of zero or less nothing is stored, and added
	// reports whether the key was absent.
	Add(ctx context.Context, key string, value []byte, ttl time.Duration) (added bool, err error)
}

// Add creates key in s as [Adder] describes. A [Swapper] can do it too; without
// either it returns [errors.ErrUnsupported].
func Add(ctx context.Context, s Store, key string, value []byte, ttl time.Duration) (added bool, err error) {
	switch s := s.(type) {
	case Adder:
		return s.Add(ctx, key, value, ttl)
	case Swapper:
		return s.Swap(ctx, key, nil, present(value), ttl)
	}
	return false, errors.ErrUnsupported
}
