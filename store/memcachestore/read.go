package memcachestore

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/bradfitz/gomemcache/memcache"
)

// maxGet is how many keys of one call are asked for in one line.
const maxGet = 100

// Get implements [store.Store].
func (s *Store) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	keys, values := [...]string{key}, [1][]byte{}
	if err := getFrom(s.pick(key), keys[:], values[:]); err != nil {
		return nil, false, err
	}
	return values[0], values[0] != nil, nil
}

// GetMany implements [store.MultiGetter]: with one command for each server, all
// at the same time. Concurrent reads of a server are gathered.
func (s *Store) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	values := make([][]byte, len(keys))
	var err error
	if sv := s.common(keys); sv != nil {
		err = getFrom(sv, keys, values)
	} else {
		err = s.getFromSeveral(keys, values)
	}
	if err != nil {
		return nil, err
	}
	return values, nil
}

// common returns the server that has all of keys, nil if there is none.
func (s *Store) common(keys []string) *server {
	if len(s.servers) == 1 || len(keys) == 0 {
		return s.servers[0]
	}
	sv := s.pick(keys[0])
	for _, key := range keys[1:] {
		if s.pick(key) != sv {
			return nil
		}
	}
	return sv
}

// getFrom reads keys that are on one server. The call has the time of the store,
// so that an impatient caller does not make a server look dead.
func getFrom(sv *server, keys []string, values [][]byte) error {
	for len(keys) > 0 {
		n := min(len(keys), maxGet)
		err := sv.do(func() error { return sv.gatherer.Get(context.Background(), keys[:n], values[:n]) })
		if err != nil {
			return err
		}
		keys, values = keys[n:], values[n:]
	}
	return nil
}

// share is the part of the keys of a GetMany that one server has.
type share struct {
	sv     *server
	keys   []string
	places []int // of the keys, among those of the GetMany
	values [][]byte
	err    error
}

// getFromSeveral reads keys from several servers at the same time.
func (s *Store) getFromSeveral(keys []string, values [][]byte) error {
	shares := s.shares(keys)
	var wg sync.WaitGroup
	for i := range shares {
		sh := &shares[i]
		wg.Go(func() { sh.err = getFrom(sh.sv, sh.keys, sh.values) })
	}
	wg.Wait()
	var errs []error
	for _, sh := range shares {
		errs = append(errs, sh.err)
		for i, place := range sh.places {
			values[place] = sh.values[i]
		}
	}
	return errors.Join(errs...)
}

// shares divides keys among the servers.
func (s *Store) shares(keys []string) []share {
	shares := make([]share, 0, min(len(keys), len(s.servers)))
	for place, key := range keys {
		sv := s.pick(key)
		i := slices.IndexFunc(shares, func(sh share) bool { return sh.sv == sv })
		if i < 0 {
			i = len(shares)
			shares = append(shares, share{sv: sv})
		}
		sh := &shares[i]
		sh.keys, sh.places, sh.values = append(sh.keys, key), append(sh.places, place), append(sh.values, nil)
	}
	return shares
}

// fetch returns the item that the server has for key, with its version; nil if
// it has none.
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
