package store

import (
	"context"
	"errors"
)

// Incrementer is a store that can count.
type Incrementer interface {
	// Incr adds delta, which may be negative, to the integer under key and
	// returns the sum. It is atomic, and the key keeps the lifetime it has.
	//
	// The value must be a decimal integer as strconv.FormatInt writes it, and
	// stays one: anything else is left alone, with an error that wraps
	// [errors.ErrUnsupported]. An absent key is not created: the error is
	// [ErrNotFound]. A sum beyond int64 is an error and changes nothing.
	Incr(ctx context.Context, key string, delta int64) (int64, error)
}

// Incr counts in s as [Incrementer] describes, or returns
// [errors.ErrUnsupported] if the store cannot count.
func Incr(ctx context.Context, s Store, key string, delta int64) (int64, error) {
	if i, ok := s.(Incrementer); ok {
		return i.Incr(ctx, key, delta)
	}
	return 0, errors.ErrUnsupported
}
