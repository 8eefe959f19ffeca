package redisstore_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/redisstore"
	"github.com/redis/go-redis/v9"
)

// incarnation asks like an app: after a read.
func incarnation(t *testing.T, s store.Store) string {
	t.Helper()
	_, _, _ = s.Get(t.Context(), "k")
	name, err := store.Incarnation(t.Context(), s)
	if err != nil {
		t.Fatalf("Incarnation: %v", err)
	}
	return name
}

func TestIncarnationChangesWithARestart(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	foreign := redis.NewClient(&redis.Options{Addr: server.Addr(), ContextTimeoutEnabled: true})
	defer func() { _ = foreign.Close() }()
	own, trusting := mustOpen(t, "redis://"+server.Addr()+"?timeout=2s"), mustOpen(t, "redis://"+server.Addr()+"?restart=trust&timeout=2s")
	stores := map[string]store.Store{"own client": own, "foreign client": redisstore.New(foreign, redisstore.Options{})}
	before := make(map[string]string)
	for name, s := range stores {
		before[name] = incarnation(t, s)
		if before[name] == "" {
			t.Errorf("%s: the incarnation has no name", name)
		}
	}
	if before["own client"] != before["foreign client"] {
		t.Errorf("two clients of one server know it as %v", before)
	}

	_ = own.Set(t.Context(), "k", []byte("deleted later"), store.Forever)
	servertest.Do(t, server, "SAVE")
	_, _ = own.Delete(t.Context(), "k")
	server.Kill()
	server.Start()

	for name, s := range stores {
		value, found, err := s.Get(t.Context(), "k")
		if err != nil || !found {
			t.Fatalf("%s: the snapshot did not come back: %q, %t, %v", name, value, found, err)
		}
		if after := incarnation(t, s); after == before[name] {
			t.Errorf("%s: deleted values came back and the incarnation is the same", name)
		}
	}
	if name := incarnation(t, trusting); name != "" {
		t.Errorf("with restart=trust the incarnation is %q", name)
	}
}

func TestIncarnationNeedsNoRoundTrip(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	s := mustOpen(t, "redis://"+server.Addr())
	incarnation(t, s)
	before := commands(t, server)["info"]
	for range 1000 {
		incarnation(t, s)
	}
	// Each call of commands is an INFO as well, on a connection of its own.
	if asked := commands(t, server)["info"] - before; asked > 10 {
		t.Errorf("a thousand calls asked the server %d times", asked)
	}
}

func TestIncarnationFollowsTheReplicationID(t *testing.T) {
	t.Parallel()
	server, other := servertest.Redis(t), servertest.Redis(t)
	s := mustOpen(t, "redis://"+server.Addr())
	before := incarnation(t, s)
	// It takes over another server's memory, and becomes a primary again. No
	// connection ends.
	servertest.Do(t, server, "REPLICAOF", "127.0.0.1", other.Port())
	eventually(t, "the replica follows", func() bool {
		return strings.Contains(servertest.Do(t, server, "INFO", "replication").(string), "master_link_status:up")
	})
	servertest.Do(t, server, "REPLICAOF", "NO", "ONE")
	eventually(t, "the incarnation is another", func() bool { return incarnation(t, s) != before })
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come true that %s", what)
		}
	}
}

func TestIncarnationWithoutINFO(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	servertest.Do(t, server, "ACL", "SETUSER", "app", "on", ">"+password, "~*", "+@all", "-info")
	s := mustOpen(t, "redis://app:"+password+"@"+server.Addr())
	if err := s.Set(t.Context(), "k", nil, time.Minute); err != nil {
		t.Errorf("without INFO the store does not work: %v", err)
	}
	if _, err := store.Incarnation(t.Context(), s); err == nil || !strings.Contains(err.Error(), "restart=trust") {
		t.Errorf("Incarnation: %v; want an error that tells the way out", err)
	}
}

func TestIncarnationOfACluster(t *testing.T) {
	t.Parallel()
	nodes := servertest.RedisCluster(t, 3)
	url := fmt.Sprintf("redis+cluster://%s?timeout=2s", nodes[0].Addr())
	s, other := mustOpen(t, url), mustOpen(t, url)
	before := incarnation(t, s)
	if name := incarnation(t, other); name != before {
		t.Errorf("two processes know one cluster as %q and %q", before, name)
	}
	nodes[1].Kill()
	nodes[1].Start()
	eventually(t, "the incarnation is another", func() bool {
		_ = store.Ping(t.Context(), s)
		name, err := store.Incarnation(t.Context(), s)
		return err == nil && name != before
	})
	eventually(t, "both processes know it by the same name", func() bool {
		a, errA := store.Incarnation(t.Context(), s)
		b, errB := store.Incarnation(t.Context(), other)
		return errA == nil && errB == nil && a == b
	})
}

func TestFailover(t *testing.T) {
	t.Parallel()
	sentinel, primary, _ := servertest.RedisSentinel(t)
	s := mustOpen(t, fmt.Sprintf("redis+sentinel://%s/%s?timeout=500ms", sentinel.Addr(), servertest.SentinelMaster))
	before := incarnation(t, s)
	primary.Kill()
	eventually(t, "the replica serves", func() bool { return s.Set(t.Context(), "k", nil, time.Minute) == nil })
	if after := incarnation(t, s); after == before {
		t.Error("the incarnation is that of the dead primary")
	}
}
