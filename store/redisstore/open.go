package redisstore

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/larder-go/larder/store"
	"github.com/redis/go-redis/v9"
)

func init() {
	for scheme, dial := range map[string]dialer{
		"redis":           dialServer,
		"rediss":          dialServer,
		"redis+unix":      dialSocket,
		"redis+cluster":   dialCluster,
		"rediss+cluster":  dialCluster,
		"redis+sentinel":  dialSentinel,
		"rediss+sentinel": dialSentinel,
	} {
		store.Register(scheme, func(ctx context.Context, u *url.URL) (store.Store, error) {
			return open(ctx, u, dial)
		})
	}
}

// dialer makes the client for a URL, after it has asked q for all parameters
// that it knows.
type dialer func(u *url.URL, q *store.Query, o *settings) (redis.UniversalClient, error)

func open(ctx context.Context, u *url.URL, dial dialer) (store.Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	q := store.NewQuery(u)
	o := &settings{
		timeout: q.Duration("timeout", DefaultTimeout),
		pool:    q.Int("pool", 0, 1, math.MaxInt32),
	}
	near, lag := q.Size("near", 0), q.Duration("lag", 0)
	if lag > 0 && near == 0 {
		return nil, errors.New("lag is the lag of near copies; want near=64MiB too")
	}
	trust := q.Choice("restart", "check", "trust") == "trust"
	if err := o.secure(u, q); err != nil {
		return nil, err
	}
	var s *Store
	o.onConnect = func(ctx context.Context, conn *redis.Conn) error { return s.connected(ctx, conn) }
	client, err := dial(u, q, o)
	if err := errors.Join(q.Err(), err); err != nil {
		return nil, err
	}
	s = newStore(client, Options{Timeout: o.timeout, TrustRestarts: trust, Near: near, Lag: lag})
	s.close = closeOnce(client)
	return s, nil
}

// closeOnce returns a function that closes client, which takes no second time.
func closeOnce(client redis.UniversalClient) func() error {
	return sync.OnceValue(func() error { return wrap(client.Close()) })
}

func dialServer(u *url.URL, _ *store.Query, o *settings) (redis.UniversalClient, error) {
	addrs, err := store.Hosts(u.Host, "6379")
	if err != nil {
		return nil, err
	}
	if len(addrs) > 1 {
		return nil, errors.New("want one host; several are for redis+cluster and redis+sentinel")
	}
	db, err := database(strings.TrimPrefix(u.Path, "/"))
	return redis.NewClient(o.server("tcp", addrs[0], db)), err
}

func dialSocket(u *url.URL, q *store.Query, o *settings) (redis.UniversalClient, error) {
	db := q.Int("db", 0, 0, math.MaxInt32)
	if u.Host != "" || u.Path == "" {
		return nil, errors.New("want redis+unix:///path/of/socket?db=0")
	}
	return redis.NewClient(o.server("unix", u.Path, db)), nil
}

func dialCluster(u *url.URL, _ *store.Query, o *settings) (redis.UniversalClient, error) {
	addrs, err := store.Hosts(u.Host, "6379")
	if err != nil {
		return nil, err
	}
	if db := strings.TrimPrefix(u.Path, "/"); db != "" && db != "0" {
		return nil, errors.New("a Cluster has only the database 0")
	}
	return redis.NewClusterClient(o.cluster(addrs)), nil
}

func dialSentinel(u *url.URL, _ *store.Query, o *settings) (redis.UniversalClient, error) {
	addrs, err := store.Hosts(u.Host, "26379")
	if err != nil {
		return nil, err
	}
	name, number, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if name == "" {
		return nil, errors.New("want redis+sentinel://h1,h2/name/0, with the name by which the sentinels know the primary")
	}
	db, err := database(number)
	return redis.NewFailoverClient(o.sentinel(addrs, name, db)), err
}

// database reads the number of a database; without one it is the first.
func database(number string) (int, error) {
	if number == "" {
		return 0, nil
	}
	db, err := strconv.Atoi(number)
	if err != nil || db < 0 {
		return 0, fmt.Errorf("database %q: want a number from 0", number)
	}
	return db, nil
}
