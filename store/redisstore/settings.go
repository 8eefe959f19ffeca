package redisstore

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// settings are what all kinds of clients have in common. The zero pool means
// the client's default, ten connections per processor: reads are gathered, so few
// are ever in use, and a pool of 64 measured the same. None are opened before
// they are needed: it would save one visitor a millisecond.
type settings struct {
	user, password string
	timeout        time.Duration
	pool           int
	tls            *tls.Config
	onConnect      func(ctx context.Context, conn *redis.Conn) error
}

const (
	// The version of the protocol that has no pushed messages: nobody here reads
	// them.
	protocol = 2
	// One attempt, and no second one. A Cluster's client goes where it is sent,
	// without a pause.
	noRetries = -1
	oneDial   = 1
	noPause   = -1
	// Batches use the same connections as everything else.
	noPipelinePool = -1
)

// secure reads user, password and TLS from a URL.
func (o *settings) secure(u *url.URL, q *store.Query) error {
	if u.User != nil {
		var ok bool
		o.user = u.User.Username()
		if o.password, ok = u.User.Password(); !ok {
			return errors.New("user without password; a password alone is written redis://:password@host")
		}
	}
	if !strings.HasPrefix(u.Scheme, "rediss") {
		return nil
	}
	o.tls = &tls.Config{MinVersion: tls.VersionTLS12}
	file := q.Text("ca", "")
	if file == "" {
		return nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("parameter ca: %w", err)
	}
	o.tls.RootCAs = x509.NewCertPool()
	if !o.tls.RootCAs.AppendCertsFromPEM(pem) {
		return fmt.Errorf("parameter ca: no certificate in %s", file)
	}
	return nil
}

func (o *settings) server(network, addr string, db int) *redis.Options {
	return &redis.Options{
		Network: network, Addr: addr, DB: db,
		Username: o.user, Password: o.password, TLSConfig: o.tls, OnConnect: o.onConnect,
		PoolSize: o.pool, PipelinePoolSize: noPipelinePool, PoolTimeout: o.timeout,
		DialTimeout: o.timeout, ReadTimeout: o.timeout, WriteTimeout: o.timeout, ContextTimeoutEnabled: true,
		MaxRetries: noRetries, DialerRetries: oneDial,
		Protocol: protocol, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

func (o *settings) cluster(addrs []string) *redis.ClusterOptions {
	return &redis.ClusterOptions{
		Addrs:    addrs,
		Username: o.user, Password: o.password, TLSConfig: o.tls, OnConnect: o.onConnect,
		PoolSize: o.pool, PipelinePoolSize: noPipelinePool, PoolTimeout: o.timeout,
		DialTimeout: o.timeout, ReadTimeout: o.timeout, WriteTimeout: o.timeout, ContextTimeoutEnabled: true,
		MaxRetries: noRetries, DialerRetries: oneDial, MinRetryBackoff: noPause, MaxRetryBackoff: noPause,
		Protocol: protocol, DisableIdentity: true, DisableRoutingPolicies: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

func (o *settings) sentinel(addrs []string, name string, db int) *redis.FailoverOptions {
	return &redis.FailoverOptions{
		MasterName: name, SentinelAddrs: addrs, DB: db,
		Username: o.user, Password: o.password, TLSConfig: o.tls, OnConnect: o.onConnect,
		PoolSize: o.pool, PipelinePoolSize: noPipelinePool, PoolTimeout: o.timeout,
		DialTimeout: o.timeout, ReadTimeout: o.timeout, WriteTimeout: o.timeout, ContextTimeoutEnabled: true,
		MaxRetries: noRetries, DialerRetries: oneDial,
		Protocol: protocol, DisableIdentity: true,
	}
}
