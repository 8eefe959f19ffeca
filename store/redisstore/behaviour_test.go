package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/redisstore"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silent{}) // dead servers are what some tests are about
	goleak.VerifyTestMain(m)
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

func TestLifetimesAreExact(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	s := mustOpen(t, "redis://"+server.Addr())
	for ttl, want := range map[time.Duration]int64{
		1:                          1,
		time.Millisecond + 1:       2,
		1500 * time.Millisecond:    1500,
		time.Hour:                  3_600_000,
		100 * 365 * 24 * time.Hour: 3_153_600_000_000,
		store.Forever:              -1,
		store.Forever - 1:          9_223_372_036_855,
	} {
		writes := map[string]func(key string) error{
			"Set":     func(key string) error { return s.Set(t.Context(), key, nil, ttl) },
			"Add":     func(key string) error { _, err := store.Add(t.Context(), s, key, nil, ttl); return err },
			"Swap":    func(key string) error { _, err := store.Swap(t.Context(), s, key, nil, []byte{}, ttl); return err },
			"SetMany": func(key string) error { return store.SetMany(t.Context(), s, []store.Item{{Key: key, TTL: ttl}}) },
			"Batch": func(key string) error {
				return store.Batch(t.Context(), s, []store.Op{{Do: store.OpSet, Key: key, TTL: ttl}})
			},
			"Touch": func(key string) error {
				_ = s.Set(t.Context(), key, nil, time.Minute)
				_, err := store.Touch(t.Context(), s, key, ttl)
				return err
			},
		}
		for name, write := range writes {
			key := fmt.Sprint(name, ttl)
			if err := write(key); err != nil {
				t.Errorf("%s with ttl %v: %v", name, ttl, err)
				continue
			}
			got := servertest.Do(t, server, "PTTL", key).(int64)
			gone := want < 10 && got == -2
			if !gone && (got > want || got < want-5000) {
				t.Errorf("%s with ttl %v: the server keeps it for %d ms; want %d", name, ttl, got, want)
			}
		}
	}
}

func TestScriptsSurviveTheirLoss(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	s := mustOpen(t, "redis://"+server.Addr())
	for range 2 {
		servertest.Do(t, server, "SCRIPT", "FLUSH")
		if swapped, err := store.Swap(t.Context(), s, "k", nil, []byte("1"), time.Minute); err != nil || !swapped {
			t.Errorf("Swap = %t, %v", swapped, err)
		}
		if n, err := store.Incr(t.Context(), s, "k", 1); err != nil || n != 2 {
			t.Errorf("Incr = %d, %v", n, err)
		}
		_, _ = s.Delete(t.Context(), "k")
	}
}

// commands returns how often each command was called.
func commands(t *testing.T, server *servertest.Server) map[string]int {
	t.Helper()
	calls := make(map[string]int)
	for line := range strings.Lines(servertest.Do(t, server, "INFO", "commandstats").(string)) {
		var n int
		name, rest, _ := strings.Cut(strings.TrimPrefix(line, "cmdstat_"), ":")
		if _, err := fmt.Sscanf(rest, "calls=%d", &n); err == nil {
			calls[name] = n
		}
	}
	return calls
}

func TestGetManyIsOneCommand(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	s := mustOpen(t, "redis://"+server.Addr())
	for range 10 {
		if _, err := store.GetMany(t.Context(), s, []string{"a", "b", "c"}); err != nil {
			t.Fatal(err)
		}
	}
	if calls := commands(t, server); calls["mget"] != 10 || calls["get"] != 0 {
		t.Errorf("ten GetMany took %v", calls)
	}
}

func TestNothingIsTriedTwice(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	s := mustOpen(t, "redis://"+server.Addr()+"?timeout=100ms")
	foreign := redis.NewClient(&redis.Options{Addr: server.Addr(), ContextTimeoutEnabled: true, MaxRetries: 5})
	defer func() { _ = foreign.Close() }()
	for name, s := range map[string]store.Store{
		"own client":     s,
		"foreign client": redisstore.New(foreign, redisstore.Options{Timeout: 100 * time.Millisecond}),
	} {
		if err := s.Set(t.Context(), "n", []byte("0"), time.Minute); err != nil {
			t.Fatal(err)
		}
		// The script is known, and there is a connection.
		if _, err := store.Incr(t.Context(), s, "n", 0); err != nil {
			t.Fatal(err)
		}
		server.Freeze()
		begin := time.Now()
		if _, err := store.Incr(t.Context(), s, "n", 1); err == nil {
			t.Errorf("%s: a frozen server counted", name)
		}
		if d := time.Since(begin); d > time.Second {
			t.Errorf("%s: a call with a timeout of 100ms took %v", name, d)
		}
		server.Thaw()
		if value, _, err := s.Get(t.Context(), "n"); err != nil || string(value) != "1" {
			t.Errorf("%s: after one Incr that got no answer the value is %q, %v; want 1", name, value, err)
		}
	}
}

func TestDeadServerIsAnError(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	s := mustOpen(t, "redis://:"+password+"@"+server.Addr()+"?timeout=100ms")
	server.Kill()
	for name, err := range map[string]error{
		"Get":         third(s.Get(t.Context(), "k")),
		"Set":         s.Set(t.Context(), "k", nil, time.Minute),
		"GetMany":     second(store.GetMany(t.Context(), s, []string{"a", "b"})),
		"SetMany":     store.SetMany(t.Context(), s, []store.Item{{Key: "a", TTL: time.Minute}}),
		"DeleteMany":  store.DeleteMany(t.Context(), s, []string{"a"}),
		"Add":         second(store.Add(t.Context(), s, "k", nil, time.Minute)),
		"Swap":        second(store.Swap(t.Context(), s, "k", nil, nil, time.Minute)),
		"Touch":       second(store.Touch(t.Context(), s, "k", store.Forever)),
		"Batch":       store.Batch(t.Context(), s, []store.Op{{Do: store.OpGet, Key: "k"}}),
		"Clear":       store.Clear(t.Context(), s, ""),
		"Ping":        store.Ping(t.Context(), s),
		"Incarnation": second(store.Incarnation(t.Context(), s)),
	} {
		if err == nil {
			t.Errorf("%s of a dead server succeeded", name)
		} else if strings.Contains(err.Error(), password) {
			t.Errorf("%s shows the password: %v", name, err)
		}
	}
	server.Start()
	if err := store.Ping(t.Context(), s); err != nil && !strings.Contains(err.Error(), "AUTH") {
		t.Errorf("after the restart: %v", err)
	}
}

func TestFrozenNodeHoldsACallNoLongerThanTheTimeout(t *testing.T) {
	t.Parallel()
	nodes := servertest.RedisCluster(t, 3)
	s := mustOpen(t, "redis+cluster://"+nodes[0].Addr()+"?timeout=200ms")
	keys := []string{"a", "b", "c", "d", "e", "f", "g", "h"} // of all nodes
	if err := store.SetMany(t.Context(), s, []store.Item{{Key: "a", TTL: time.Minute}, {Key: "b", TTL: time.Minute}, {Key: "c", TTL: time.Minute}}); err != nil {
		t.Fatal(err)
	}
	incarnation(t, s)
	nodes[2].Freeze()
	defer nodes[2].Thaw()
	failed := 0
	for _, key := range keys {
		for name, call := range map[string]func() error{
			"Get":     func() error { _, _, err := s.Get(t.Context(), key); return err },
			"GetMany": func() error { _, err := store.GetMany(t.Context(), s, keys); return err },
			"Add":     func() error { _, err := store.Add(t.Context(), s, key, nil, time.Minute); return err },
		} {
			begin := time.Now()
			if err := call(); err != nil {
				failed++
			}
			if d := time.Since(begin); d > 450*time.Millisecond {
				t.Errorf("%s with a timeout of 200ms took %v", name, d)
			}
		}
	}
	if failed == 0 {
		t.Error("nothing failed though a node is frozen")
	}
}

const password = "p4ssw0rd"

func second[A any](_ A, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }

func TestErrorsOfTheServerArePassedOn(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t, "--maxmemory", "1mb", "--maxmemory-policy", "noeviction")
	s := mustOpen(t, "redis://"+server.Addr())
	servertest.Do(t, server, "LPUSH", "list", "x")
	if _, _, err := s.Get(t.Context(), "list"); err == nil {
		t.Error("Get of a foreign list succeeded")
	}
	if _, err := store.Incr(t.Context(), s, "list", 1); err == nil {
		t.Error("Incr of a foreign list succeeded")
	}
	var err error
	for range 4 {
		err = errors.Join(err, s.Set(t.Context(), "k", make([]byte, 1<<20), time.Minute))
	}
	if err == nil || !strings.Contains(err.Error(), "OOM") {
		t.Errorf("Set into a full server returned %v", err)
	}
}

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

func TestNewPanics(t *testing.T) {
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": "127.0.0.1:1"}})
	replicas := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:1"}, ReadOnly: true})
	single := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer func() { _, _, _ = ring.Close(), replicas.Close(), single.Close() }()
	for name, make := range map[string]func(){
		"nil":              func() { redisstore.New(nil, redisstore.Options{}) },
		"ring":             func() { redisstore.New(ring, redisstore.Options{}) },
		"replicas":         func() { redisstore.New(replicas, redisstore.Options{}) },
		"negative timeout": func() { redisstore.New(single, redisstore.Options{Timeout: -1}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("New did not panic")
				}
			}()
			make()
		})
	}
}

func TestOpenErrors(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	if err := os.WriteFile(notPEM, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"redis://":                       `host ""`,
		"redis://:" + password + "@a,b":  "want one host",
		"redis://:" + password + "@h:x":  "want a port",
		"redis://:" + password + "@h/x":  `database "x": want a number`,
		"redis://:" + password + "@h/-1": "want a number",
		"redis://" + password + "@h":     "user without password",
		"redis://h?db=1":                 `unknown parameter "db"; known are pool, prefix, restart, timeout`,
		"redis://h?pool=0":               "pool",
		"redis://h?restart=never":        "one of check, trust",
		"redis://h?timeout=0s":           "positive duration",
		"redis://h?ca=/x":                `unknown parameter "ca"`,
		"rediss://h?ca=/does/not/exist":  "parameter ca",
		"rediss://h?ca=" + notPEM:        "no certificate in",
		"redis+unix://host/path":         "redis+unix:///path",
		"redis+unix://":                  "redis+unix:///path",
		"redis+unix:///s?db=-1":          "an integer from 0",
		"redis+cluster://a,b/1":          "only the database 0",
		"redis+cluster://a,,b":           `host ""`,
		"redis+sentinel://a,b":           "redis+sentinel://h1,h2/name/0",
		"redis+sentinel://a,b/name/x":    `database "x"`,
	} {
		_, err := store.Open(t.Context(), url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v; want %q", url, err, want)
		} else if strings.Contains(err.Error(), password) {
			t.Errorf("Open(%q) shows the password: %v", url, err)
		}
	}
}

func ExampleNew() {
	// For what a URL cannot say, such as credentials that change.
	client := redis.NewClient(&redis.Options{
		Addr:                  "127.0.0.1:6379",
		ContextTimeoutEnabled: true,
		CredentialsProvider:   func() (string, string) { return "app", os.Getenv("REDIS_TOKEN") },
	})
	defer func() { _ = client.Close() }()

	s := redisstore.New(client, redisstore.Options{Timeout: 100 * time.Millisecond})
	defer func() { _ = s.Close() }()
	if err := s.Set(context.Background(), "greeting", []byte("hello"), time.Minute); err != nil {
		fmt.Println("the cache is down, the app is not:", err)
	}
}

func BenchmarkGetMany(b *testing.B) {
	server := servertest.Redis(b)
	s, err := store.Open(b.Context(), "redis://"+server.Addr()+"?timeout=2s")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close(s) }()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { _ = client.Close() }()
	ctx, keys := context.Background(), []string{"index", "entry", "root", "mark"}
	for i, size := range []int{100, 16 << 10, 16, 14} {
		if err := s.Set(ctx, keys[i], make([]byte, size), time.Hour); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = store.GetMany(ctx, s, keys)
		}
	})
	b.Run("client's Get of one key", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = client.Get(ctx, "entry").Err()
		}
	})
	b.Run("client's MGet", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = client.MGet(ctx, keys...).Err()
		}
	})
}
