package memcachestore

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
)

// maxGet is how many keys are asked for in one line.
const maxGet = 100

// Get implements [store.Store].
func (s *Store) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	it, err := s.fetch(key)
	if it == nil || expired(it, time.Now()) {
		return nil, false, err
	}
	return clipped(it.Value), true, nil
}

// fetch returns the item that the server has for key, nil if it has none.
func (s *Store) fetch(key string) (it *memcache.Item, err error) {
	sv := s.pick(key)
	err = sv.do(func() (err error) {
		it, err = sv.client.Get(s.realKey(key))
		return err
	})
	if errors.Is(err, memcache.ErrCacheMiss) {
		return nil, nil
	}
	return it, err
}

// GetMany implements [store.MultiGetter]: with one command for each server, all
// at the same time.
func (s *Store) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	realKeys := make([]string, len(keys))
	byServer := make(map[*server][]string, 1)
	for i, key := range keys {
		realKeys[i] = s.realKey(key)
		sv := s.pick(key)
		byServer[sv] = append(byServer[sv], realKeys[i])
	}
	items, err := s.fetchAll(byServer)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	values := make([][]byte, len(keys))
	for i, key := range realKeys {
		if it := items[key]; it != nil && !expired(it, now) {
			values[i] = clipped(it.Value)
		}
	}
	return values, nil
}

func (s *Store) fetchAll(byServer map[*server][]string) (map[string]*memcache.Item, error) {
	var mu sync.Mutex
	all := make(map[string]*memcache.Item)
	err := s.each(slices.Collect(maps.Keys(byServer)), func(sv *server) error {
		for some := range slices.Chunk(byServer[sv], maxGet) {
			var items map[string]*memcache.Item
			err := sv.do(func() (err error) {
				items, err = sv.client.GetMulti(some)
				return err
			})
			if err != nil {
				return err
			}
			mu.Lock()
			maps.Copy(all, items)
			mu.Unlock()
		}
		return nil
	})
	return all, err
}

// clipped returns value without the end of line that the client has read behind
// it, and never nil.
func clipped(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value[:len(value):len(value)]
}
