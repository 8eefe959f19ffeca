package redisstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/redis/go-redis/v9"
)

// DefaultTimeout is how long a call waits for an answer where nothing else is
// said. It is long for a cache beside its app, where an answer takes less than a
// millisecond, and short for a visitor who waits for a page.
const DefaultTimeout = 250 * time.Millisecond

// maxValue is the size from which Redis refuses a value, by default.
const maxValue = 512 << 20

// Options are the choices for [New]. The zero value means the defaults.
type Options struct {
	// Timeout is the longest time that a call waits for an answer,
	// [DefaultTimeout] if zero. A call that must first wait for a free connection
	// and then make a new one can take twice as long.
	Timeout time.Duration

	// TrustRestarts makes [Store.Incarnation] empty.
	TrustRestarts bool

	// Near is how many bytes of pages and fragments that were read may be kept
	// as copies in this process, so that they are found without asking the
	// server. Zero means none.
	Near int64

	// Lag is for how long a process with near copies may go without asking
	// whether anything was invalidated, [DefaultLag] if zero. Invalidating takes
	// this much longer. It must be the same for all processes on the server.
	Lag time.Duration
}

// DefaultLag is the lag of near copies where nothing else is said.
const DefaultLag = 20 * time.Millisecond

// Store is a store in Redis. Make one with [New], or with store.Open.
type Store struct {
	client  redis.UniversalClient
	single  *redis.Client   // client, if it is one server
	gather  *store.Gatherer // of its reads
	timeout time.Duration
	near    int64
	lag     time.Duration
	watch   *watch // nil if restarts are trusted
	close   func() error
}

var _ interface {
	store.Store
	store.MultiGetter
	store.MultiSetter
	store.MultiDeleter
	store.Adder
	store.Incrementer
	store.Swapper
	store.Toucher
	store.Batcher
	store.Lister
	store.Clearer
	store.Pinger
	store.Incarnater
	store.TimeLimiter
	store.Nearer
} = (*Store)(nil)

// New makes a store on a client, which stays the caller's: Close leaves it open.
// The client should have ContextTimeoutEnabled, or its own timeouts apply. It
// must read from primaries only, and it must not be a Ring: when a server leaves
// a Ring and comes back, what was deleted meanwhile comes back with it. New
// panics on such a client, and on a negative o.Timeout.
func New(client redis.UniversalClient, o Options) *Store {
	if o.Near < 0 || o.Lag < 0 {
		panic(fmt.Sprintf("redisstore: Near is %d and Lag is %v; want neither below zero", o.Near, o.Lag))
	}
	if o.Timeout < 0 {
		panic(fmt.Sprintf("redisstore: Timeout is %v; want a positive duration, or 0 for %v", o.Timeout, DefaultTimeout))
	}
	if err := check(client); err != nil {
		panic("redisstore: " + err.Error())
	}
	s := newStore(client, o)
	if s.watch != nil {
		client.AddHook(dialHook{s.watch})
	}
	return s
}

func check(client redis.UniversalClient) error {
	switch client := client.(type) {
	case nil:
		return errors.New("the client is nil")
	case *redis.Ring:
		return errors.New("a Ring brings back deleted keys; use a Cluster")
	case *redis.ClusterClient:
		if o := client.Options(); o.ReadOnly || o.RouteByLatency || o.RouteRandomly {
			return errors.New("the client reads from replicas (ReadOnly, RouteByLatency, RouteRandomly), which lag behind")
		}
	}
	return nil
}

func newStore(client redis.UniversalClient, o Options) *Store {
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Lag == 0 {
		o.Lag = DefaultLag
	}
	s := &Store{client: client, timeout: o.Timeout, near: o.Near, lag: o.Lag, close: func() error { return nil }}
	s.single, _ = client.(*redis.Client)
	s.gather = store.NewGatherer(o.Timeout, s.mget)
	if !o.TrustRestarts {
		s.watch = &watch{timeout: o.Timeout, ask: s.askRun}
	}
	return s
}

// Timeout implements [store.TimeLimiter].
func (s *Store) Timeout() time.Duration { return s.timeout }

// Near implements [store.Nearer].
func (s *Store) Near() (bytes int64, lag time.Duration) { return s.near, s.lag }

// Close closes the connections that the store made itself; a client that was
// given to New stays open.
func (s *Store) Close() error {
	if s.watch != nil {
		s.watch.close()
	}
	return s.close()
}

// Ping implements [store.Pinger]. Of a Cluster, all primaries must answer.
func (s *Store) Ping(ctx context.Context) error {
	return s.onServers(ctx, func(ctx context.Context, server *redis.Client) error {
		return server.Ping(ctx).Err()
	})
}

// onServers runs f on the server, or concurrently on all primaries of a Cluster.
func (s *Store) onServers(ctx context.Context, f func(ctx context.Context, server *redis.Client) error) error {
	ctx, err := s.bound(ctx)
	if err != nil {
		return err
	}
	switch client := s.client.(type) {
	case *redis.Client:
		err = f(ctx, client)
	case *redis.ClusterClient:
		err = client.ForEachMaster(ctx, f)
	default:
		err = errors.ErrUnsupported
	}
	return wrap(err)
}

// servers returns a client for each server that holds keys.
func (s *Store) servers(ctx context.Context) ([]*redis.Client, error) {
	var mu sync.Mutex
	var all []*redis.Client
	err := s.onServers(ctx, func(_ context.Context, server *redis.Client) error {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, server)
		return nil
	})
	return all, err
}

// wrap marks an error of the client as one of this package.
func wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("redisstore: %w", err)
}
