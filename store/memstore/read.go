package memstore

import (
	"context"
	"iter"
	"strings"

	"github.com/larder-go/larder/store"
)

// Get implements [store.Store].
func (m *memory) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	value, _, found = m.GetLive(key)
	return value, found, nil
}

// GetLive implements [store.Local].
func (m *memory) GetLive(key string) (value []byte, live store.Dropper, found bool) {
	it, found := m.cache.GetIfPresent(key)
	if !found {
		return nil, nil, false
	}
	return it.value(), it.live, true
}

// Keys implements [store.Lister].
func (m *memory) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for key := range m.cache.Keys() {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if strings.HasPrefix(key, prefix) && !yield(key, nil) {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield("", err)
		}
	}
}
