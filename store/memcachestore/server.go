package memcachestore

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/larder-go/larder/store"
	"github.com/sony/gobreaker/v2"
)

const (
	// After so many failures in a row a server counts as dead.
	failuresUntilDead = 3
	// A dead server is left alone for so long, then tried by one call.
	timeDead = time.Second
)

// server is one Memcached. Values are read by the getters, for which the reads
// are gathered; everything else is done by the client.
type server struct {
	addr     address
	client   *memcache.Client
	getters  getters
	gatherer *store.Gatherer
	breaker  *gobreaker.CircuitBreaker[struct{}]
}

func newServer(addr, prefix string, o Options) *server {
	sv := &server{addr: newAddress(addr)}
	sv.client = memcache.NewFromSelector(sv.addr)
	sv.client.Timeout = o.Timeout
	sv.client.MaxIdleConns = o.Pool
	sv.client.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		return dial(ctx, network, address, o.Timeout)
	}
	sv.getters = getters{dial: sv.addr.dial, prefix: prefix}
	sv.gatherer = store.NewGatherer(o.Timeout, sv.getters.ask)
	sv.breaker = gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:      timeDead,
		ReadyToTrip:  func(counts gobreaker.Counts) bool { return counts.ConsecutiveFailures >= failuresUntilDead },
		IsSuccessful: answered,
	})
	return sv
}

// do calls the server, unless it counts as dead. A broken connection means that
// the idle ones are likely to be broken too.
func (sv *server) do(call func() error) error {
	_, err := sv.breaker.Execute(func() (struct{}, error) { return struct{}{}, call() })
	if done(err) {
		return err
	}
	if !serverRefused(err) && !errors.Is(err, gobreaker.ErrOpenState) && !errors.Is(err, gobreaker.ErrTooManyRequests) {
		_ = sv.close()
	}
	return fmt.Errorf("memcachestore: server %s: %w", sv.addr, err)
}

// close closes the idle connections.
func (sv *server) close() error {
	sv.getters.close()
	return sv.client.Close()
}

// answered tells a server that answered, be it with a refusal, from one that is
// out of reach.
func answered(err error) bool { return done(err) || serverRefused(err) }

// done tells whether the server did what it was told, as far as the state of the
// key allowed.
func done(err error) bool {
	return err == nil ||
		errors.Is(err, memcache.ErrCacheMiss) ||
		errors.Is(err, memcache.ErrNotStored) ||
		errors.Is(err, memcache.ErrCASConflict)
}

// serverRefused tells whether the server said why it did not do something. The
// client passes on the line that it did not expect.
func serverRefused(err error) bool {
	return strings.Contains(err.Error(), "SERVER_ERROR") || strings.Contains(err.Error(), "CLIENT_ERROR")
}

// address is the address of a server, and for the client a choice among one. It
// is resolved each time it is dialled.
type address struct{ network, addr string }

func newAddress(addr string) address {
	if strings.HasPrefix(addr, "/") {
		return address{"unix", addr}
	}
	return address{"tcp", addr}
}

func (a address) dial(deadline time.Time) (net.Conn, error) {
	return (&net.Dialer{Deadline: deadline}).Dial(a.network, a.addr)
}

// Network and String implement net.Addr.
func (a address) Network() string { return a.network }
func (a address) String() string  { return a.addr }

// PickServer and Each implement memcache.ServerSelector.
func (a address) PickServer(string) (net.Addr, error)   { return a, nil }
func (a address) Each(visit func(net.Addr) error) error { return visit(a) }
