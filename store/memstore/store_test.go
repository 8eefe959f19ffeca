package memstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
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

// movable is a clock that a test moves; the store's own goroutines look at it too.
type movable struct{ at atomic.Pointer[time.Time] }

func (m *movable) set(t time.Time) { m.at.Store(&t) }
func (m *movable) tell() time.Time { return *m.at.Load() }

func TestBoundIsInBytes(t *testing.T) {
	const limit = 1 << 20
	s := newStore(t, memstore.Options{MaxBytes: limit})
	for i := range 5000 {
		if err := s.Keep(fmt.Sprint("key ", i), make([]byte, 1000), time.Hour); err != nil {
			t.Fatal(err)
		}
	}
	wantBound(t, s, limit)
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

// wantBound checks that no more is kept than may be.
func wantBound(t *testing.T, s *memstore.Store, limit int64) {
	t.Helper()
	if n := s.Bytes(); n > limit || n < limit/2 {
		t.Errorf("entries take %d bytes of %d; want half of it at least", n, limit)
	}
}

func TestTooLarge(t *testing.T) {
	ctx, s := t.Context(), newStore(t, memstore.Options{MaxBytes: 1000})
	large := make([]byte, 1000)
	for name, write := range map[string]func() error{
		"Set":               func() error { return s.Set(ctx, "k", large, time.Hour) },
		"Swap":              func() error { _, err := s.Swap(ctx, "k", []byte("old"), large, time.Hour); return err },
		"Keep":              func() error { return s.Keep("k", large, time.Hour) },
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
	_ = s.Keep("k", buffer[:5], time.Hour)
	value, _, _ := s.GetLive("k")
	_ = append(value, "REST"...)
	if !bytes.Equal(buffer, []byte("valuerest")) {
		t.Errorf("appending to a value wrote behind it: %q", buffer)
	}
}

func TestWhatIsAttachedDoesNotOutliveAChange(t *testing.T) {
	for name, change := range map[string]func(s *memstore.Store) error{
		"Incr":  func(s *memstore.Store) error { _, err := s.Incr(t.Context(), "k", 0); return err },
		"Touch": func(s *memstore.Store) error { _, err := s.Touch(t.Context(), "k", time.Minute); return err },
	} {
		s := newStore(t, memstore.Options{})
		new(counted).keep(t, s, "k", []byte("1"), time.Hour)
		if err := change(s); err != nil {
			t.Fatal(err)
		}
		if value, live, _ := s.GetLive("k"); string(value) != "1" || live != nil {
			t.Errorf("after %s: %s with the object %v", name, value, live)
		}
	}
}

func TestHitsAllocateNothing(t *testing.T) {
	s := newStore(t, memstore.Options{})
	new(counted).keep(t, s, "k", make([]byte, 16<<10), time.Hour)
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

func ExampleNew() {
	s := memstore.New(memstore.Options{MaxBytes: 64 << 20})
	defer s.Close()
	ctx := context.Background()

	_ = s.Set(ctx, "visits", []byte("41"), time.Hour)
	n, _ := s.Incr(ctx, "visits", 1)
	fmt.Println(n)
	// Output:
	// 42
}
