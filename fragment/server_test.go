package fragment

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// A server is a store as if it were on another machine: each call is a round
// trip, and is counted.
type server struct {
	memory store.Store

	mu    sync.Mutex
	trips []trip
}

type trip struct {
	call string
	keys []string
}

func newServer(tb testing.TB) *server {
	m := memstore.New(memstore.Options{})
	tb.Cleanup(func() { m.Close() })
	return &server{memory: m}
}

// cache is one process that uses the server.
func (s *server) cache(tb testing.TB, opts ...larder.Option) *larder.Cache {
	c := larder.New(s, opts...)
	tb.Cleanup(func() { c.Close() })
	return c
}

func (s *server) note(call string, keys ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trips = append(s.trips, trip{call, keys})
}

// count forgets the trips so far, and gives those that f makes.
func (s *server) count(f func()) []trip {
	s.mu.Lock()
	s.trips = nil
	s.mu.Unlock()
	f()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trips
}

// entries is how many of a trip's keys are those of blocks.
func (t trip) entries() (n int) {
	for _, k := range t.keys {
		if strings.Contains(k, ":E{") {
			n++
		}
	}
	return n
}

func (s *server) Get(ctx context.Context, key string) ([]byte, bool, error) {
	s.note("get", key)
	return s.memory.Get(ctx, key)
}

func (s *server) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	s.note("getmany", keys...)
	return store.GetMany(ctx, s.memory, keys)
}

func (s *server) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	s.note("set", key)
	return s.memory.Set(ctx, key, value, ttl)
}

func (s *server) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	s.note("add", key)
	return store.Add(ctx, s.memory, key, value, ttl)
}

func (s *server) Delete(ctx context.Context, key string) (bool, error) {
	s.note("delete", key)
	return s.memory.Delete(ctx, key)
}

func (s *server) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (bool, error) {
	s.note("swap", key)
	return store.Swap(ctx, s.memory, key, old, new, ttl)
}
