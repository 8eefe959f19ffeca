package store

import (
	"context"
	"errors"
)

// Clearer is a store that can remove all keys with a common beginning.
type Clearer interface {
	// Clear removes the keys that begin with prefix and no others; an empty
	// prefix means all that the store holds. A key written while Clear runs may
	// survive.
	Clear(ctx context.Context, prefix string) error
}

// clearBatch is how many keys Clear removes at a time in a store that can only
// list and delete.
const clearBatch = 1000

// Clear removes keys from s as [Clearer] describes. A [Lister] can do it too;
// without either it returns [errors.ErrUnsupported].
func Clear(ctx context.Context, s Store, prefix string) error {
	switch c := s.(type) {
	case Clearer:
		return c.Clear(ctx, prefix)
	case Lister:
		return clearByListing(ctx, s, c, prefix)
	}
	return errors.ErrUnsupported
}

func clearByListing(ctx context.Context, s Store, l Lister, prefix string) error {
	batch := make([]string, 0, clearBatch)
	for key, err := range l.Keys(ctx, prefix) {
		if err != nil {
			return err
		}
		batch = append(batch, key)
		if len(batch) == clearBatch {
			if err := DeleteMany(ctx, s, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return DeleteMany(ctx, s, batch)
}
