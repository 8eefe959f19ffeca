package store

import "context"

// MultiSetter is a store that writes several values at once.
type MultiSetter interface {
	// SetMany stores each item as Store.Set does. The items are independent: one
	// that fails does not keep the others from being stored. If some failed the
	// error is a [*KeyErrors] that names them; another error says nothing about
	// any of them. Of two items with the same key the later one wins.
	SetMany(ctx context.Context, items []Item) error
}

// SetMany stores items in s as [MultiSetter] describes, with few round trips if
// the store can, else with one Set per item.
func SetMany(ctx context.Context, s Store, items []Item) error {
	if len(items) == 0 {
		return ctx.Err()
	}
	if m, ok := s.(MultiSetter); ok {
		return m.SetMany(ctx, items)
	}
	var failed KeyErrors
	for _, item := range items {
		failed.Add(item.Key, s.Set(ctx, item.Key, item.Value, item.TTL))
	}
	return failed.Err()
}
