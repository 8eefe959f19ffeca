package storetest

import (
	"bytes"
	"testing"

	"github.com/larder-go/larder/store"
)

func testConcurrency(t *testing.T, h *harness) {
	key := h.key("concurrency")
	h.set(t, key, "")
	race(8, func(i int) {
		own := bytes.Repeat([]byte{byte('a' + i)}, 1000+i)
		for range 25 {
			if err := h.Set(t.Context(), key, own, long); err != nil {
				t.Errorf("Set: %v", err)
			}
			value, found, err := h.Get(t.Context(), key)
			if err != nil || !found || !whole(value) {
				t.Errorf("Get among writers = %s, %t, %v", brief(value), found, err)
			}
		}
	})
}

// whole tells whether value is one that a writer of testConcurrency stored.
func whole(value []byte) bool {
	return len(value) >= 1000 && len(value) == 1000+int(value[0]-'a') && bytes.Count(value, value[:1]) == len(value)
}

func testService(t *testing.T, h *harness) {
	if err := store.Ping(t.Context(), h.Store); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if n := store.Shards(h.Store); n < 1 {
		t.Errorf("Shards is %d; want at least 1", n)
	}
	if d := store.Timeout(h.Store); d < 0 {
		t.Errorf("Timeout is %v; want 0 or more", d)
	}
	first, err := store.Incarnation(t.Context(), h.Store)
	if err != nil {
		t.Fatalf("Incarnation: %v", err)
	}
	if second, err := store.Incarnation(t.Context(), h.Store); err != nil || second != first {
		t.Errorf("Incarnation is %q, then %q, %v, though nothing happened", first, second, err)
	}
}

func testClose(t *testing.T, h *harness) {
	s := h.open(t)
	if _, _, err := s.Get(t.Context(), h.key("close")); err != nil {
		t.Errorf("Get: %v", err)
	}
	for range 2 {
		if err := store.Close(s); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}
