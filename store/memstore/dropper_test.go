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
type counted struct {
	dropped  atomic.Int64
	attached bool
}

func (c *counted) Dropped() { c.dropped.Add(1) }

// keep stores value under key and attaches c to it.
func (c *counted) keep(t *testing.T, s *memstore.Store, key string, value []byte, ttl time.Duration) {
	t.Helper()
	if err := s.Keep(key, value, ttl); err != nil {
		t.Fatal(err)
	}
	if value, _, _ = s.GetLive(key); !s.Attach(key, value, c) {
		t.Fatal("nothing can be attached to what was just stored")
	}
}

func TestDroppedIsCalledOnce(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(s *memstore.Store)
		want int64
	}{
		"nothing":        {func(*memstore.Store) {}, 0},
		"read":           {func(s *memstore.Store) { s.GetLive("k") }, 0},
		"refused swap":   {func(s *memstore.Store) { _, _ = s.Swap(t.Context(), "k", []byte("x"), nil, 0) }, 0},
		"refused add":    {func(s *memstore.Store) { _, _ = s.Add(t.Context(), "k", nil, time.Minute) }, 0},
		"clear of other": {func(s *memstore.Store) { _ = s.Clear(t.Context(), "x") }, 0},
		"set":            {func(s *memstore.Store) { _ = s.Set(t.Context(), "k", nil, time.Minute) }, 1},
		"set of nothing": {func(s *memstore.Store) { _ = s.Set(t.Context(), "k", nil, 0) }, 1},
		"keep":           {func(s *memstore.Store) { _ = s.Keep("k", nil, time.Minute) }, 1},
		"attach":         {func(s *memstore.Store) { b, _, _ := s.GetLive("k"); s.Attach("k", b, nil) }, 1},
		"refused attach": {func(s *memstore.Store) { s.Attach("k", []byte("1"), nil) }, 0},
		"touch":          {func(s *memstore.Store) { _, _ = s.Touch(t.Context(), "k", time.Minute) }, 1},
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
		live.keep(t, s, "k", []byte("1"), time.Minute)
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
		live.keep(t, s, "k", nil, time.Minute)
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
		key := fmt.Sprint(i)
		if err := s.Keep(key, make([]byte, 1000), store.Forever); err != nil {
			t.Fatal(err)
		}
		if value, _, found := s.GetLive(key); found { // or it was not admitted
			all[i].attached = s.Attach(key, value, &all[i])
		}
	}
	wantBound(t, s, limit)
	for i := range all {
		_, live, found := s.GetLive(fmt.Sprint(i))
		if told := all[i].dropped.Load(); all[i].attached && (found && (told != 0 || live != &all[i]) || !found && told != 1) {
			t.Errorf("entry %d: found %t, told %d times that it was dropped", i, found, told)
		}
	}
}
