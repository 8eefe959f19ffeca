package store

import "context"

// MultiGetter is a store that reads several keys at once.
type MultiGetter interface {
	// GetMany returns one value for each key, in the order of keys, which may
	// hold duplicates: nil for a miss, empty and not nil for an empty value.
	// Values are read-only, as from Store.Get.
	//
	// If any key could not be asked for, the result is nil with an error.
	// Different keys may be read at different moments.
	GetMany(ctx context.Context, keys []string) ([][]byte, error)
}

// GetMany reads keys from s as [MultiGetter] describes, in one round trip if
// the store can, else with one Get per key. Without keys it asks nothing.
func GetMany(ctx context.Context, s Store, keys []string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, ctx.Err()
	}
	if m, ok := s.(MultiGetter); ok {
		return m.GetMany(ctx, keys)
	}
	values := make([][]byte, len(keys))
	for i, key := range keys {
		value, found, err := s.Get(ctx, key)
		if err != nil {
			return nil, err
		}
		if found {
			values[i] = present(value)
		}
	}
	return values, nil
}

// present makes a found value distinguishable from a miss.
func present(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value
}
