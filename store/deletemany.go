package store

import "context"

// MultiDeleter is a store that removes several keys at once.
type MultiDeleter interface {
	// DeleteMany removes keys; absent ones are no error. If some could not be
	// removed the error is a [*KeyErrors] that names them; another error says
	// nothing about any of them.
	DeleteMany(ctx context.Context, keys []string) error
}

// DeleteMany removes keys from s as [MultiDeleter] describes, with few round
// trips if the store can, else with one Delete per key.
func DeleteMany(ctx context.Context, s Store, keys []string) error {
	if len(keys) == 0 {
		return ctx.Err()
	}
	if m, ok := s.(MultiDeleter); ok {
		return m.DeleteMany(ctx, keys)
	}
	var failed KeyErrors
	for _, key := range keys {
		_, err := s.Delete(ctx, key)
		failed.Add(key, err)
	}
	return failed.Err()
}
