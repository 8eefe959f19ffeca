package store

import (
	"context"
	"errors"
	"iter"
)

// Lister is a store that can list its keys.
type Lister interface {
	// Keys goes through the keys that begin with prefix, in no particular order.
	// An empty prefix means all. A key that is there from begin to end appears
	// at least once, possibly more often; one that comes or goes meanwhile may
	// appear or not. After an error, which comes with an empty key, there is
	// nothing more. Listing is for maintenance: its cost grows with the store.
	Keys(ctx context.Context, prefix string) iter.Seq2[string, error]
}

// Keys goes through the keys of s as [Lister] describes. For a store that
// cannot list, the only pair holds [errors.ErrUnsupported].
func Keys(ctx context.Context, s Store, prefix string) iter.Seq2[string, error] {
	if l, ok := s.(Lister); ok {
		return l.Keys(ctx, prefix)
	}
	return func(yield func(string, error) bool) { yield("", errors.ErrUnsupported) }
}
