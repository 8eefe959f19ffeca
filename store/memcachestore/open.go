package memcachestore

import (
	"context"
	"errors"
	"math"
	"net/url"

	"github.com/larder-go/larder/store"
)

func init() {
	store.Register("memcached", open)
	store.Register("memcached+unix", open)
}

func open(ctx context.Context, u *url.URL) (store.Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if u.User != nil {
		return nil, errors.New("users and passwords are not supported")
	}
	q := store.NewQuery(u)
	o := Options{
		Timeout: q.Duration("timeout", DefaultTimeout),
		Pool:    q.Int("pool", DefaultPool, 1, math.MaxInt32),
	}
	addrs, err := addresses(u)
	if err := errors.Join(q.Err(), err); err != nil {
		return nil, err
	}
	return New(addrs, o), nil
}

func addresses(u *url.URL) ([]string, error) {
	if u.Scheme == "memcached+unix" {
		if u.Host != "" || u.Path == "" {
			return nil, errors.New("want memcached+unix:///path/of/socket")
		}
		return []string{u.Path}, nil
	}
	if u.Path != "" && u.Path != "/" {
		return nil, errors.New("want memcached://host:port,host:port, without a path")
	}
	return store.Hosts(u.Host, "11211")
}
