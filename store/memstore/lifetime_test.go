package memstore_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// TestLifetimes checks with a clock of its own that a value is there until the
// last nanosecond of its lifetime.
func TestLifetimes(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	for _, ttl := range []time.Duration{1, time.Millisecond, time.Second, time.Hour, 365 * 24 * time.Hour} {
		var clock movable
		clock.set(now)
		s := newStore(t, memstore.Options{Clock: clock.tell})
		_ = s.Set(t.Context(), "k", []byte("v"), ttl)
		clock.set(now.Add(ttl - 1))
		if _, _, found := s.GetLive("k"); !found {
			t.Errorf("ttl %v: gone a nanosecond early", ttl)
		}
		clock.set(now.Add(ttl))
		if _, _, found := s.GetLive("k"); found {
			t.Errorf("ttl %v: still there at its end", ttl)
		}
	}
}

func TestLifetimeBeyondTheClockIsForever(t *testing.T) {
	var clock movable
	clock.set(time.Now())
	s := newStore(t, memstore.Options{Clock: clock.tell})
	for key, ttl := range map[string]time.Duration{"forever": store.Forever, "nearly": store.Forever - 1} {
		_ = s.Set(t.Context(), key, nil, ttl)
	}
	clock.set(time.Now().Add(200 * 365 * 24 * time.Hour))
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
