package memcachestore_test

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
)

func TestDifferentServerListsShareNothing(t *testing.T) {
	t.Parallel()
	a, b := servertest.Memcached(t).Addr(), servertest.Memcached(t).Addr()
	both, turned, one := newStore(t, a, b), newStore(t, b, a, b), newStore(t, a)
	for i := range 20 {
		key := fmt.Sprint("k", i)
		_ = both.Set(t.Context(), key, []byte("v"), time.Minute)
		if _, found, _ := turned.Get(t.Context(), key); !found {
			t.Errorf("%s: the order of the list matters", key)
		}
		if _, found, _ := one.Get(t.Context(), key); found {
			t.Errorf("%s: a process with another list sees it", key)
		}
	}
}

// keysOnServer lists the keys that a server has.
func keysOnServer(t *testing.T, addr string) []string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := fmt.Fprint(conn, "lru_crawler metadump all\r\n"); err != nil {
		t.Fatal(err)
	}
	var answer strings.Builder
	for buffer := make([]byte, 4096); !strings.Contains(answer.String(), "END\r\n"); {
		n, err := conn.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		answer.Write(buffer[:n])
	}
	var keys []string
	for line := range strings.Lines(answer.String()) {
		if rest, ok := strings.CutPrefix(line, "key="); ok {
			key, _, _ := strings.Cut(rest, " ")
			key, _ = url.QueryUnescape(key)
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func TestFrozenServerHoldsACallNoLongerThanTheTimeout(t *testing.T) {
	t.Parallel()
	server := servertest.Memcached(t)
	s := newStore(t, server.Addr())
	_ = s.Set(t.Context(), "k", []byte("v"), time.Minute)
	server.Freeze()
	defer server.Thaw()
	for name, call := range map[string]func() error{
		"Get":     func() error { _, _, err := s.Get(t.Context(), "k"); return err },
		"GetMany": func() error { _, err := s.GetMany(t.Context(), []string{"k", "l"}); return err },
	} {
		begin := time.Now()
		if err := call(); err == nil {
			t.Errorf("%s of a frozen server succeeded", name)
		}
		if d := time.Since(begin); d > 400*time.Millisecond {
			t.Errorf("%s with a timeout of 200ms took %v", name, d)
		}
	}
}

func TestFrozenServerHoldsManyReadsNoLongerThanTheTimeout(t *testing.T) {
	t.Parallel()
	server := servertest.Memcached(t)
	s := newStore(t, server.Addr())
	server.Freeze()
	defer server.Thaw()
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			begin := time.Now()
			if _, err := s.GetMany(t.Context(), []string{"k", fmt.Sprint(i)}); err == nil {
				t.Error("GetMany of a frozen server succeeded")
			}
			if d := time.Since(begin); d > 400*time.Millisecond {
				t.Errorf("GetMany with a timeout of 200ms took %v", d)
			}
		})
	}
	wg.Wait()
}

// TestDrippingServerHoldsACallNoLongerThanTheTimeout has servers that send a part
// of an answer now and then, which make a reader wait anew each time that counts
// the time since it last heard something.
func TestDrippingServerHoldsACallNoLongerThanTheTimeout(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		begin, drop string
		call        func(s store.Store) error
	}{
		"one value, byte by byte": {"VALUE %s 0 1000\r\n", ".", func(s store.Store) error {
			_, err := s.(store.MultiGetter).GetMany(t.Context(), []string{"k"})
			return err
		}},
		"one value after the other": {"VALUE %s 0 1 1\r\nv\r\n", "VALUE k 0 1 1\r\nv\r\n", func(s store.Store) error {
			_, err := store.Incr(t.Context(), s, "k", 1)
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t, drippingServer(t, c.begin, c.drop))
			begin := time.Now()
			if err := c.call(s); err == nil {
				t.Error("an answer that never ends was taken for one")
			}
			if d := time.Since(begin); d < 200*time.Millisecond || d > 600*time.Millisecond {
				t.Errorf("a call with a timeout of 200ms took %v", d)
			}
		})
	}
}

// drippingServer starts a server for one connection. It answers with begin, in
// which the key is put, and then with drops for ever.
func drippingServer(t *testing.T, begin, drop string) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = listener.Close(); <-done })
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		var verb, key string
		_, err = fmt.Fscan(conn, &verb, &key)
		for text := fmt.Sprintf(begin, key); err == nil; text = drop {
			_, err = fmt.Fprint(conn, text)
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return listener.Addr().String()
}

func TestDeadServer(t *testing.T) {
	t.Parallel()
	dead, alive := servertest.Memcached(t), servertest.Memcached(t)
	s := newStore(t, dead.Addr(), alive.Addr())
	onDead, onAlive := keyOn(t, s, dead.Addr()), keyOn(t, s, alive.Addr())
	dead.Kill()

	if _, err := s.GetMany(t.Context(), []string{onDead, onAlive}); err == nil || !strings.Contains(err.Error(), dead.Addr()) {
		t.Errorf("GetMany over a dead server: %v; want an error that names it", err)
	}
	if values, err := s.GetMany(t.Context(), []string{onAlive}); err != nil || string(values[0]) != "v" {
		t.Errorf("GetMany over the living server = %q, %v", values, err)
	}
	var failed *store.KeyErrors
	if err := s.DeleteMany(t.Context(), []string{onDead, onAlive}); !errors.As(err, &failed) || len(failed.ByKey) != 1 || failed.ByKey[onDead] == nil {
		t.Errorf("DeleteMany: %v; want an error for %s only", err, onDead)
	}
	if err := s.Ping(t.Context()); err == nil {
		t.Error("Ping succeeded though a server is dead")
	}
	for range 3 {
		_, _, _ = s.Get(t.Context(), onDead)
	}
	if _, _, err := s.Get(t.Context(), onDead); err == nil || !strings.Contains(err.Error(), "circuit breaker is open") {
		t.Errorf("after several failures: %v; want one that fails at once", err)
	}

	dead.Start()
	eventually(t, "the restarted server is used again", func() bool {
		return s.Set(t.Context(), onDead, []byte("v"), time.Minute) == nil
	})
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not come true that %s", what)
		}
	}
}

// keyOn returns a key that s keeps on the server at addr, with the value "v".
func keyOn(t *testing.T, s store.Store, addr string) string {
	t.Helper()
	for i := range 100 {
		key := fmt.Sprint("key of ", addr, i)
		before := len(keysOnServer(t, addr))
		if err := s.Set(t.Context(), key, []byte("v"), time.Minute); err != nil {
			t.Fatal(err)
		}
		if len(keysOnServer(t, addr)) > before {
			return key
		}
	}
	t.Fatalf("no key is kept on %s", addr)
	return ""
}

func TestKeysWithTheSameTagShareAServer(t *testing.T) {
	t.Parallel()
	a, b := servertest.Memcached(t).Addr(), servertest.Memcached(t).Addr()
	s := newStore(t, a, b)
	used := make(map[int]int)
	for u := range 20 {
		before := len(keysOnServer(t, a))
		for _, kind := range []string{"E:{%d}:x", "I:{%d}", "L:{%d}:y z"} {
			if err := s.Set(t.Context(), fmt.Sprintf(kind, u), nil, time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		used[len(keysOnServer(t, a))-before]++
	}
	if used[0]+used[3] != 20 || used[0] == 0 || used[3] == 0 {
		t.Errorf("of the three keys of a tag, so many are on the first server: %v; want 0 or 3, and both", used)
	}
}
