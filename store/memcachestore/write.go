package memcachestore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/larder-go/larder/store"
)

// Set implements [store.Store].
func (s *Store) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ttl <= 0 {
		return s.remove(key)
	}
	it := s.newItem(key, value, ttl)
	sv := s.pick(key)
	err := sv.do(func() error { return sv.client.Set(it) })
	if err != nil && serverRefused(err) {
		// The server refused the new value: nobody may see the old one any more.
		return errors.Join(refusal(err), s.remove(key))
	}
	return err
}

// Delete implements [store.Store].
func (s *Store) Delete(ctx context.Context, key string) (existed bool, err error) {
	_, found, err := s.Get(ctx, key)
	if err != nil {
		return false, err
	}
	sv := s.pick(key)
	err = sv.do(func() error { return sv.client.Delete(s.realKey(key)) })
	if errors.Is(err, memcache.ErrCacheMiss) {
		return false, nil
	}
	return found && err == nil, err
}

// DeleteMany implements [store.MultiDeleter]: on all servers at the same time.
func (s *Store) DeleteMany(ctx context.Context, keys []string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	byServer := make(map[*server][]string, 1)
	for _, key := range keys {
		sv := s.pick(key)
		byServer[sv] = append(byServer[sv], key)
	}
	var failed store.KeyErrors
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, some := range byServer {
		wg.Go(func() {
			for _, key := range some {
				err := s.remove(key)
				mu.Lock()
				failed.Add(key, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return failed.Err()
}

// remove deletes key, without asking whether it was there.
func (s *Store) remove(key string) error {
	sv := s.pick(key)
	err := sv.do(func() error { return sv.client.Delete(s.realKey(key)) })
	if errors.Is(err, memcache.ErrCacheMiss) {
		return nil
	}
	return err
}

// newItem returns an item with a positive lifetime.
func (s *Store) newItem(key string, value []byte, ttl time.Duration) *memcache.Item {
	it := &memcache.Item{Key: s.realKey(key), Value: value}
	setLifetime(it, ttl, time.Now())
	return it
}

// refusal returns err as the contract of a store names it.
func refusal(err error) error {
	if strings.Contains(err.Error(), "too large") {
		return fmt.Errorf("%w: %w", store.ErrTooLarge, err)
	}
	return err
}
