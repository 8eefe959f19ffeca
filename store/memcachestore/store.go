package memcachestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/larder-go/larder/store"
)

const (
	// DefaultTimeout is how long a call waits for an answer where nothing else is
	// said: long for a cache beside its app, short for a visitor who waits.
	DefaultTimeout = 250 * time.Millisecond

	// DefaultPool is how many idle connections are kept per server, besides a few
	// that read, where nothing else is said.
	DefaultPool = 64
)

// shards is how many copies of a much read record are kept. With less than five
// servers, each has one or more of them, as good as certainly.
const shards = 16

// Options are the choices for [New]. The zero value means the defaults.
type Options struct {
	Timeout time.Duration // of a call; zero means DefaultTimeout
	Pool    int           // idle connections per server, besides a few that read; zero means DefaultPool
}

// Store is a store in Memcached. Make one with [New], or with store.Open.
type Store struct {
	servers []*server // in the order of their addresses
	prefix  string    // before each key on a server
	timeout time.Duration
}

var _ interface {
	store.Store
	store.MultiGetter
	store.MultiDeleter
	store.Adder
	store.Incrementer
	store.Swapper
	store.Toucher
	store.Pinger
	store.Sharder
	store.TimeLimiter
} = (*Store)(nil)

// New makes a store on the servers with the given addresses: "host:port", or
// the path of a unix socket. It does not dial. It panics without an address and
// on negative options.
func New(addrs []string, o Options) *Store {
	if len(addrs) == 0 {
		panic("memcachestore: no servers")
	}
	if o.Timeout < 0 || o.Pool < 0 {
		panic(fmt.Sprintf("memcachestore: Timeout is %v, Pool is %d; want positive ones, or 0 for the defaults", o.Timeout, o.Pool))
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Pool == 0 {
		o.Pool = DefaultPool
	}
	addrs = slices.Compact(slices.Sorted(slices.Values(addrs)))
	s := &Store{prefix: keyPrefix(addrs), timeout: o.Timeout}
	for _, addr := range addrs {
		s.servers = append(s.servers, newServer(addr, s.prefix, o))
	}
	return s
}

// Shards implements [store.Sharder].
func (s *Store) Shards() int { return shards }

// Timeout implements [store.TimeLimiter].
func (s *Store) Timeout() time.Duration { return s.timeout }

// Ping implements [store.Pinger]: all servers must answer.
func (s *Store) Ping(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.each(s.servers, func(sv *server) error { return sv.do(sv.client.Ping) })
}

// Close closes the connections.
func (s *Store) Close() error {
	var errs []error
	for _, sv := range s.servers {
		errs = append(errs, sv.close())
	}
	return errors.Join(errs...)
}

// each runs f for some servers, concurrently if there are several.
func (s *Store) each(servers []*server, f func(sv *server) error) error {
	if len(servers) == 1 {
		return f(servers[0])
	}
	errs := make([]error, len(servers))
	var wg sync.WaitGroup
	for i, sv := range servers {
		wg.Go(func() { errs[i] = f(sv) })
	}
	wg.Wait()
	return errors.Join(errs...)
}
