package redisstore_test

import (
	"fmt"
	"testing"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/redisstore"
	"github.com/larder-go/larder/store/storetest"
	"github.com/redis/go-redis/v9"
)

func mustOpen(t *testing.T, url string) store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close(s) })
	return s
}

func conform(t *testing.T, url string) {
	t.Helper()
	storetest.Run(t, func(t *testing.T) store.Store { return mustOpen(t, url) })
}

func TestConformance(t *testing.T) {
	t.Parallel()
	conform(t, "redis://"+servertest.Redis(t).Addr()+"/3?timeout=2s")
}

func TestConformanceWithPasswordAndPrefix(t *testing.T) {
	t.Parallel()
	addr := servertest.Redis(t, "--requirepass", "s3cret/?#@").Addr()
	conform(t, "redis://:s3cret%2F%3F%23%40@"+addr+"?prefix=shop&timeout=2s")
}

func TestConformanceOverSocket(t *testing.T) {
	t.Parallel()
	conform(t, "redis+unix://"+servertest.Redis(t).Socket()+"?db=2&timeout=2s")
}

func TestConformanceOverTLS(t *testing.T) {
	t.Parallel()
	addr, certFile := servertest.RedisTLS(t)
	conform(t, fmt.Sprintf("rediss://%s/0?ca=%s&timeout=2s", addr, certFile))
}

func TestConformanceOnCluster(t *testing.T) {
	t.Parallel()
	nodes := servertest.RedisCluster(t, 3)
	conform(t, fmt.Sprintf("redis+cluster://%s,%s?timeout=2s", nodes[0].Addr(), nodes[1].Addr()))
}

func TestConformanceBehindSentinel(t *testing.T) {
	t.Parallel()
	sentinel, _, _ := servertest.RedisSentinel(t)
	conform(t, fmt.Sprintf("redis+sentinel://%s/%s/1?timeout=2s", sentinel.Addr(), servertest.SentinelMaster))
}

func TestConformanceOfForeignClients(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	nodes := servertest.RedisCluster(t, 3)
	for name, client := range map[string]redis.UniversalClient{
		"single":  redis.NewClient(&redis.Options{Addr: server.Addr(), ContextTimeoutEnabled: true}),
		"cluster": redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{nodes[0].Addr()}, ContextTimeoutEnabled: true}),
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Run(t, func(*testing.T) store.Store { return redisstore.New(client, redisstore.Options{}) })
			if err := client.Ping(t.Context()).Err(); err != nil {
				t.Errorf("after Close of the store, the caller's client: %v", err)
			}
			_ = client.Close()
		})
	}
}
