package memstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
	"github.com/larder-go/larder/store/storetest"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func newStore(t *testing.T, o memstore.Options) *memstore.Store {
	t.Helper()
	s := memstore.New(o)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func open(t *testing.T, url string) *memstore.Store {
	t.Helper()
	s, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close(s) })
	return s.(*memstore.Store)
}

func TestConformance(t *testing.T) {
	storetest.Run(t, func(*testing.T) store.Store { return memstore.New(memstore.Options{}) })
}

func TestConformanceOfNamed(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, "memory://conformance?timeout=1s") })
}

// TestLifetimes checks with a clock of its own that a value is there until the
// last nanosecond of its lifetime.
func TestLifetimes(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for _, ttl := range []time.Duration{1, time.Millisecond, time.Second, time.Hour, 365 * 24 * time.Hour} {
		clock := now
		s := newStore(t, memstore.Options{Clock: func() time.Time { return clock }})
		_ = s.Set(t.Context(), "k", []byte("v"), ttl)
		clock = now.Add(ttl - 1)
		if _, _, found := s.GetLive("k"); !found {
			t.Errorf("ttl %v: gone a nanosecond early", ttl)
		}
		clock = now.Add(ttl)
		if _, _, found := s.GetLive("k"); found {
			t.Errorf("ttl %v: still there at its end", ttl)
		}
	}
}

func TestLifetimeBeyondTheClockIsForever(t *testing.T) {
	clock := time.Now()
	s := newStore(t, memstore.Options{Clock: func() time.Time { return clock }})
	for key, ttl := range map[string]time.Duration{"forever": store.Forever, "nearly": store.Forever - 1} {
		_ = s.Set(t.Context(), key, nil, ttl)
	}
	clock = clock.Add(200 * 365 * 24 * time.Hour)
	for _, key := range []string{"forever", "nearly"} {
		if _, _, found := s.GetLive(key); !found {
			t.Errorf("%s: expired after 200 years", key)
		}
	}
}

// TestCoarseClock checks the promise of package store with the store's own
// clock: never early, at most a second late. In the bubble time is exact.
func TestCoarseClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.Options{})
		defer s.Close()
		for _, ttl := range []time.Duration{1, 99 * time.Millisecond, 100 * time.Millisecond, 1234567 * time.Microsecond} {
			time.Sleep(33 * time.Millisecond) // between two ticks
			_ = s.Set(t.Context(), "k", nil, ttl)
			time.Sleep(ttl - 1)
			if _, _, found := s.GetLive("k"); !found {
				t.Errorf("ttl %v: gone a nanosecond early", ttl)
			}
			time.Sleep(101 * time.Millisecond)
			if _, _, found := s.GetLive("k"); found {
				t.Errorf("ttl %v: still there a tenth of a second later", ttl)
			}
		}
	})
}

func TestExpiredValuesLeaveMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.Options{})
		defer s.Close()
		for i := range 1000 {
			_ = s.Set(t.Context(), fmt.Sprint(i), make([]byte, 1000), time.Minute)
		}
		if n := s.Bytes(); n < 1_000_000 {
			t.Fatalf("a thousand values of a thousand bytes take %d bytes", n)
		}
		time.Sleep(time.Minute + 10*time.Second)
		synctest.Wait()
		if n := s.Bytes(); n != 0 {
			t.Errorf("ten seconds after everything expired it still takes %d bytes", n)
		}
	})
}

func TestBoundIsInBytes(t *testing.T) {
	const limit = 1 << 20
	s := newStore(t, memstore.Options{MaxBytes: limit})
	for i := range 5000 {
		if err := s.SetLive(fmt.Sprint("key ", i), make([]byte, 500), t, 500, time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	awaitBound(t, s, limit)
	kept := 0
	for i := range 5000 {
		if _, _, found := s.GetLive(fmt.Sprint("key ", i)); found {
			kept++
		}
	}
	if kept > limit/1000 || kept < limit/2000 {
		t.Errorf("%d entries of more than 1,000 bytes are kept in %d", kept, limit)
	}
}

// awaitBound waits for the store's housekeeping, which runs in the background.
func awaitBound(t *testing.T, s *memstore.Store, limit int64) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); s.Bytes() > limit; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("entries take %d bytes; the limit is %d", s.Bytes(), limit)
		}
	}
}

func TestTooLarge(t *testing.T) {
	ctx, s := t.Context(), newStore(t, memstore.Options{MaxBytes: 1000})
	large := make([]byte, 1000)
	for name, write := range map[string]func() error{
		"Set":               func() error { return s.Set(ctx, "k", large, time.Hour) },
		"Swap":              func() error { _, err := s.Swap(ctx, "k", []byte("old"), large, time.Hour); return err },
		"SetLive":           func() error { return s.SetLive("k", large, nil, 0, time.Hour) },
		"SetLive with live": func() error { return s.SetLive("k", []byte("x"), t, 1000, time.Hour) },
		"Set of a long key": func() error { return s.Set(ctx, "k"+string(large), nil, time.Hour) },
	} {
		_ = s.Set(ctx, "k", []byte("old"), time.Hour)
		err := write()
		if !errors.Is(err, store.ErrTooLarge) || !strings.Contains(err.Error(), "limit 1000") {
			t.Errorf("%s: %v; want an error that wraps ErrTooLarge and tells the limit", name, err)
		}
		if _, _, found := s.GetLive("k"); found && name != "Set of a long key" {
			t.Errorf("%s: the old value is still there", name)
		}
	}
	if added, err := s.Add(ctx, "absent", large, time.Hour); added || !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("Add = %t, %v", added, err)
	}
}

func TestValuesAreClipped(t *testing.T) {
	s := newStore(t, memstore.Options{})
	buffer := []byte("valuerest")
	_ = s.SetLive("k", buffer[:5], nil, 0, time.Hour)
	value, _, _ := s.GetLive("k")
	_ = append(value, "REST"...)
	if !bytes.Equal(buffer, []byte("valuerest")) {
		t.Errorf("appending to a value wrote behind it: %q", buffer)
	}
}

func TestIncrDropsTheLiveObject(t *testing.T) {
	s := newStore(t, memstore.Options{})
	_ = s.SetLive("k", []byte("1"), 1, 0, time.Hour)
	if _, err := s.Incr(t.Context(), "k", 1); err != nil {
		t.Fatal(err)
	}
	if value, live, _ := s.GetLive("k"); string(value) != "2" || live != nil {
		t.Errorf("after Incr: %s with the object %v", value, live)
	}
}

func TestTouchKeepsTheLiveObject(t *testing.T) {
	s := newStore(t, memstore.Options{})
	_ = s.SetLive("k", []byte("1"), t, 0, time.Hour)
	_, _ = s.Touch(t.Context(), "k", time.Minute)
	if _, live, _ := s.GetLive("k"); live != t {
		t.Errorf("after Touch the object is %v", live)
	}
}

func TestHitsAllocateNothing(t *testing.T) {
	s := newStore(t, memstore.Options{})
	_ = s.SetLive("k", make([]byte, 16<<10), t, 0, time.Hour)
	ctx := context.Background()
	if n := testing.AllocsPerRun(1000, func() {
		s.GetLive("k")
		_, _, _ = s.Get(ctx, "k")
	}); n != 0 {
		t.Errorf("a hit makes %v allocations", n)
	}
}

func TestSlotIsMadeOnce(t *testing.T) {
	s := newStore(t, memstore.Options{})
	var mu sync.Mutex
	seen := make(map[any]bool)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			state := s.Slot("marks", func() any { return new(int) })
			mu.Lock()
			defer mu.Unlock()
			seen[state] = true
		})
	}
	wg.Wait()
	if len(seen) != 1 {
		t.Errorf("eight users of a slot see %d objects", len(seen))
	}
}

func TestNamedStoresAreShared(t *testing.T) {
	a, b, other, own := open(t, "memory://pages?max=2MiB"), open(t, "memory://pages"), open(t, "memory://values"), open(t, "memory://")
	_ = a.Set(t.Context(), "k", nil, time.Hour)
	for name, c := range map[string]struct {
		s    *memstore.Store
		want bool
	}{"the same name": {b, true}, "another name": {other, false}, "no name": {own, false}} {
		if _, _, found := c.s.GetLive("k"); found != c.want {
			t.Errorf("%s: found %t; want %t", name, found, c.want)
		}
	}
	state := a.Slot("x", func() any { return new(int) })
	if b.Slot("x", func() any { return new(int) }) != state {
		t.Error("stores of one name have different slots")
	}

	_, err := store.Open(t.Context(), "memory://pages?max=3MiB")
	if err == nil || !strings.Contains(err.Error(), "already open with max=2097152, not 3145728") {
		t.Errorf("opening a name with another bound: %v", err)
	}

	_, _ = a.Close(), a.Close()
	if _, _, found := b.GetLive("k"); !found {
		t.Error("the store is empty though one of its users has not closed it")
	}
	_ = b.Close()
	if _, _, found := open(t, "memory://pages").GetLive("k"); found {
		t.Error("a name that everybody has closed is not new when it is opened again")
	}
}

func TestOpenErrors(t *testing.T) {
	for url, want := range map[string]string{
		"memory://u:p@name":    "without user and path",
		"memory://name/path":   "without user and path",
		"memory://?max=0":      `max="0": want a positive size such as 256MiB`,
		"memory://?max=-1":     "positive size",
		"memory://?max=lots":   "positive size",
		"memory://?maximum=1":  `unknown parameter "maximum"; known are max, prefix, timeout`,
		"memory://?timeout=no": "positive duration",
	} {
		if _, err := store.Open(t.Context(), url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v; want %q", url, err, want)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Open(cancelled, "memory://"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a cancelled context: %v", err)
	}
}

func TestNewPanicsOnNegativeBound(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New did not panic")
		}
	}()
	memstore.New(memstore.Options{MaxBytes: -1})
}

func ExampleNew() {
	s := memstore.New(memstore.Options{MaxBytes: 64 << 20})
	defer s.Close()
	ctx := context.Background()

	_ = s.Set(ctx, "visits", []byte("41"), time.Hour)
	n, _ := s.Incr(ctx, "visits", 1)
	fmt.Println(n)

	// A decoded object beside the bytes it was made from.
	type product struct{ name string }
	_ = s.SetLive("product", []byte("pear"), &product{"pear"}, 20, time.Hour)
	_, live, _ := s.GetLive("product")
	fmt.Println(live.(*product).name)
	// Output:
	// 42
	// pear
}
