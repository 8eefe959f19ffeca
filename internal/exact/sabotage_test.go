package exact_test

import (
	"context"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memcachestore"
)

// records says by its first letter what a key of the engine holds.
var records = map[byte]string{
	'P': "roots", 'G': "pulses", 'M': "marks", 'I': "indexes", 'E': "entries", 'V': "values",
}

// removed counts what a saboteur has removed.
type removed struct {
	mu sync.Mutex
	n  map[string]int64
}

func (r *removed) add(what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == nil {
		r.n = map[string]int64{}
	}
	r.n[what]++
}

func (r *removed) counts() map[string]int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.n)
}

// sabotage deletes a record of the cache, of a kind at random, as a server does
// that needs the room.
func (w *worker) sabotage() {
	letter := "PGMIEV"[rand.IntN(6)]
	ctx, s := context.Background(), w.store()
	keys := slices.DeleteFunc(keysOf(ctx, s), func(key string) bool {
		rest, ours := strings.CutPrefix(key, w.cache.Engine().Space())
		return !ours || rest[0] != letter
	})
	if len(keys) == 0 {
		return
	}
	if existed, err := s.Delete(ctx, keys[rand.IntN(len(keys))]); existed && err == nil {
		w.removed.add(records[letter])
	}
}

// keysOf are the keys of a store, or those that it has noted.
func keysOf(ctx context.Context, s store.Store) (keys []string) {
	if n, ok := s.(*noting); ok {
		return n.all()
	}
	for key, err := range store.Keys(ctx, s, "") {
		if err != nil {
			return nil
		}
		keys = append(keys, key)
	}
	return keys
}

// noting is a store on Memcached, which cannot list its keys, that remembers
// which were written.
type noting struct {
	*memcachestore.Store
	mu    sync.Mutex
	known []string
}

func (n *noting) note(key string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !slices.Contains(n.known, key) {
		n.known = append(n.known, key)
	}
}

func (n *noting) all() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.known)
}

func (n *noting) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	n.note(key)
	return n.Store.Set(ctx, key, value, ttl)
}

func (n *noting) Batch(ctx context.Context, ops []store.Op) error {
	for i := range ops {
		n.note(ops[i].Key)
	}
	return store.Batch(ctx, n.Store, ops)
}
