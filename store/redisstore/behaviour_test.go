package redisstore_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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

func TestFrozenServerHoldsManyReadsNoLongerThanTheTimeout(t *testing.T) {
	t.Parallel()
	server := servertest.Redis(t)
	s := mustOpen(t, "redis://"+server.Addr()+"?timeout=200ms")
	incarnation(t, s)
	server.Freeze()
	defer server.Thaw()
	var wg sync.WaitGroup
	for range 200 {
		wg.Go(func() {
			begin := time.Now()
			if _, err := store.GetMany(t.Context(), s, []string{"a", "b"}); err == nil {
				t.Error("GetMany of a frozen server succeeded")
			}
			if d := time.Since(begin); d > 450*time.Millisecond {
				t.Errorf("GetMany with a timeout of 200ms took %v", d)
			}
		})
	}
	wg.Wait()
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
