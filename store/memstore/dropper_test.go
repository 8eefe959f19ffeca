package memstore_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// counted counts how often it is told that it was dropped.
type counted struct{ dropped atomic.Int64 }

func (c *counted) Dropped() { c.dropped.Add(1) }

func TestDroppedIsCalledOnce(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(s *memstore.Store)
		want int64
	}{
		"nothing":        {func(*memstore.Store) {}, 0},
		"read":           {func(s *memstore.Store) { s.GetLive("k") }, 0},
		"touch":          {func(s *memstore.Store) { _, _ = s.Touch(t.Context(), "k", time.Minute) }, 0},
		"refused swap":   {func(s *memstore.Store) { _, _ = s.Swap(t.Context(), "k", []byte("x"), nil, 0) }, 0},
		"refused add":    {func(s *memstore.Store) { _, _ = s.Add(t.Context(), "k", nil, time.Minute) }, 0},
		"clear of other": {func(s *memstore.Store) { _ = s.Clear(t.Context(), "x") }, 0},
		"set":            {func(s *memstore.Store) { _ = s.Set(t.Context(), "k", nil, time.Minute) }, 1},
		"set of nothing": {func(s *memstore.Store) { _ = s.Set(t.Context(), "k", nil, 0) }, 1},
		"set live":       {func(s *memstore.Store) { _ = s.SetLive("k", nil, t, 0, time.Minute) }, 1},
		"incr":           {func(s *memstore.Store) { _, _ = s.Incr(t.Context(), "k", 1) }, 1},
		"swap":           {func(s *memstore.Store) { _, _ = s.Swap(t.Context(), "k", []byte("1"), []byte("2"), time.Minute) }, 1},
		"delete":         {func(s *memstore.Store) { _, _ = s.Delete(t.Context(), "k") }, 1},
		"delete twice":   {func(s *memstore.Store) { _, _ = s.Delete(t.Context(), "k"); _, _ = s.Delete(t.Context(), "k") }, 1},
		"clear":          {func(s *memstore.Store) { _ = s.Clear(t.Context(), "") }, 1},
		"clear prefix":   {func(s *memstore.Store) { _ = s.Clear(t.Context(), "k") }, 1},
		"close":          {func(s *memstore.Store) { _ = s.Close() }, 1},
		"touch, delete": {func(s *memstore.Store) {
			_, _ = s.Touch(t.Context(), "k", time.Minute)
			_, _ = s.Delete(t.Context(), "k")
		}, 1},
		"touch to nothing": {func(s *memstore.Store) { _, _ = s.Touch(t.Context(), "k", 0) }, 1},
	} {
		s := newStore(t, memstore.Options{})
		live := new(counted)
		_ = s.SetLive("k", []byte("1"), live, 0, time.Minute)
		c.do(s)
		if got := live.dropped.Load(); got != c.want {
			t.Errorf("%s: told %d times that it was dropped; want %d", name, got, c.want)
		}
	}
}

func TestDroppedWhenExpired(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New(memstore.Options{})
		defer s.Close()
		live := new(counted)
		_ = s.SetLive("k", nil, live, 0, time.Minute)
		time.Sleep(time.Minute + 10*time.Second)
		synctest.Wait()
		if got := live.dropped.Load(); got != 1 {
			t.Errorf("told %d times that it has expired; want 1", got)
		}
	})
}

func TestDroppedWhenEvicted(t *testing.T) {
	const limit, entries = 100_000, 1000
	s := newStore(t, memstore.Options{MaxBytes: limit})
	all := make([]counted, entries)
	for i := range all {
		_ = s.SetLive(fmt.Sprint(i), make([]byte, 1000), &all[i], 0, store.Forever)
	}
	wantBound(t, s, limit)
	for i := range all {
		_, live, found := s.GetLive(fmt.Sprint(i))
		if told := all[i].dropped.Load(); found && (told != 0 || live != &all[i]) || !found && told != 1 {
			t.Errorf("entry %d: found %t, told %d times that it was dropped", i, found, told)
		}
	}
}
