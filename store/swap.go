package store

import (
	"context"
	"errors"
	"time"
)

// Swapper is a store that can replace a value on the condition that it is still
// the one that the caller knows.
type Swapper interface {
	// Swap replaces the value of key by new, with the lifetime ttl, if it equals
	// old byte for byte at that moment, and reports whether it did. The
	// comparison and the change are one step: of any number of concurrent calls
	// with the same old and different new values exactly one succeeds.
	//
	// A nil old means that the key must be absent, while an empty one that is not
	// nil means that it must hold an empty value. A nil new removes the key. With
	// a ttl of zero or less the key is absent after a successful Swap.
	Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (swapped bool, err error)
}

// Swap replaces a value in s as [Swapper] describes, or returns
// [errors.ErrUnsupported] if the store cannot compare.
func Swap(ctx context.Context, s Store, key string, old, new []byte, ttl time.Duration) (swapped bool, err error) {
	if w, ok := s.(Swapper); ok {
		return w.Swap(ctx, key, old, new, ttl)
	}
	return false, errors.ErrUnsupported
}
