package memcachestore_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memcachestore"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newStore(t *testing.T, addrs ...string) *memcachestore.Store {
	t.Helper()
	s := memcachestore.New(addrs, memcachestore.Options{Timeout: 200 * time.Millisecond})
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestRefusedValueLeavesNothing uses a value that the server takes as long as it
// is not larger than its limit.
func TestRefusedValueLeavesNothing(t *testing.T) {
	t.Parallel()
	s := newStore(t, servertest.Memcached(t).Addr())
	large := make([]byte, 1<<20)
	for name, write := range map[string]func(key string) error{
		"Set": func(key string) error { return s.Set(t.Context(), key, large, time.Minute) },
		"Swap": func(key string) error {
			_, err := s.Swap(t.Context(), key, []byte("old"), large, time.Minute)
			return err
		},
		"Batch": func(key string) error {
			return store.Batch(t.Context(), s, []store.Op{{Do: store.OpSet, Key: key, Value: large, TTL: time.Minute}})
		},
	} {
		if err := s.Set(t.Context(), name, []byte("old"), time.Minute); err != nil {
			t.Fatal(err)
		}
		if err := write(name); !errors.Is(err, store.ErrTooLarge) {
			t.Errorf("%s of 1 MiB: %v; want ErrTooLarge", name, err)
		}
		if value, found, err := s.Get(t.Context(), name); found || err != nil {
			t.Errorf("%s: the refused value left %q, %v", name, value, err)
		}
	}
	if added, err := s.Add(t.Context(), "absent", large, time.Minute); added || !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("Add of 1 MiB = %t, %v", added, err)
	}
	if err := s.Set(t.Context(), "k", nil, time.Minute); err != nil {
		t.Errorf("after refusals: %v; a server that refuses is not dead", err)
	}
}

func TestLifetimesBeyondThirtyDays(t *testing.T) {
	t.Parallel()
	s := newStore(t, servertest.Memcached(t).Addr())
	for _, ttl := range []time.Duration{30*24*time.Hour - time.Second, 30 * 24 * time.Hour, 31 * 24 * time.Hour, 365*24*time.Hour + time.Millisecond, 100 * 365 * 24 * time.Hour} {
		key := ttl.String()
		if err := s.Set(t.Context(), key, []byte("v"), ttl); err != nil {
			t.Fatal(err)
		}
		if _, found, err := s.Get(t.Context(), key); !found || err != nil {
			t.Errorf("ttl %v: found %t, %v", ttl, found, err)
		}
	}
}

func TestKeysOnTheServer(t *testing.T) {
	t.Parallel()
	server := servertest.Memcached(t)
	s := newStore(t, server.Addr())
	for _, key := range []string{"plain", "with blank", "\r\nflush_all\r\n", strings.Repeat("x", 241), strings.Repeat("x", 242), "é", ""} {
		if err := s.Set(t.Context(), key, []byte("v"), time.Minute); err != nil {
			t.Errorf("Set(%.20q): %v", key, err)
		}
	}
	keys := keysOnServer(t, server.Addr())
	if len(keys) != 7 {
		t.Fatalf("seven keys became %q", keys)
	}
	readable := 0
	for _, key := range keys {
		if strings.HasSuffix(key, "plain") || strings.HasSuffix(key, "xxx") {
			readable++
		}
		if len(key) > 250 {
			t.Errorf("a key has %d bytes", len(key))
		}
	}
	if readable != 2 {
		t.Errorf("%d of 2 legal keys are kept as they are: %q", readable, keys)
	}
}

// TestServerTicks is why an entry gets a second more than it asks for.
func TestServerTicks(t *testing.T) {
	t.Parallel()
	server := servertest.Memcached(t)
	s := newStore(t, server.Addr())
	client := memcache.New(server.Addr())
	defer func() { _ = client.Close() }()
	lostEarly := false
	for begin := time.Now(); time.Since(begin) < 10*time.Second && !lostEarly; {
		key := fmt.Sprint(time.Since(begin))
		_ = client.Set(&memcache.Item{Key: key, Expiration: 1})
		written := time.Now()
		if err := s.Set(t.Context(), key, nil, time.Second); err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond)
		_, err := client.Get(key)
		lostEarly = err != nil
		if _, found, err := s.Get(t.Context(), key); !found && time.Since(written) < time.Second {
			t.Errorf("a value with a ttl of 1s is gone after %v, %v", time.Since(written), err)
		}
	}
	if !lostEarly {
		t.Error("Memcached kept every entry of one second for as long; then the second more is not needed")
	}
}
