package storetest

import (
	"errors"
	"testing"

	"github.com/larder-go/larder/store"
)

func testForgets(t *testing.T, h *harness) {
	for _, key := range []string{h.key("forgets"), h.key("forgets, with blank\r\n\x00é"), ""} {
		h.set(t, key, "1")
		h.wantMiss(t, key)
		if err := store.SetMany(t.Context(), h.Store, []store.Item{{Key: key, Value: []byte("1"), TTL: store.Forever}}); err != nil {
			t.Errorf("SetMany(%q): %v", key, err)
		}
		values, err := store.GetMany(t.Context(), h.Store, []string{key, key})
		if err != nil || len(values) != 2 || values[0] != nil || values[1] != nil {
			t.Errorf("GetMany of %q, twice = %q, %v; want two misses", key, values, err)
		}
		forgetsChanges(t, h, key)
		forgetsNames(t, h, key)
		h.wantMiss(t, key)
	}
}

// forgetsChanges makes the calls whose outcome depends on what is there.
func forgetsChanges(t *testing.T, h *harness, key string) {
	for range 2 {
		added, err := store.Add(t.Context(), h.Store, key, []byte("1"), long)
		wantDone(t, "Add", added, err, true)
		swapped, err := store.Swap(t.Context(), h.Store, key, nil, []byte("1"), long)
		wantDone(t, "Swap of an absent key", swapped, err, true)
	}
	swapped, err := store.Swap(t.Context(), h.Store, key, []byte("1"), nil, long)
	wantDone(t, "Swap of what was set", swapped, err, false)
	touched, err := store.Touch(t.Context(), h.Store, key, long)
	wantDone(t, "Touch", touched, err, false)
	existed, err := h.Delete(t.Context(), key)
	wantDone(t, "Delete", existed, err, false)
	if n, err := store.Incr(t.Context(), h.Store, key, 1); n != 0 || !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Incr = %d, %v; want 0 and ErrNotFound", n, err)
	}
}

// forgetsNames asks for what has a prefix.
func forgetsNames(t *testing.T, h *harness, key string) {
	for got, err := range store.Keys(t.Context(), h.Store, key) {
		t.Errorf("Keys(%q) lists %q, %v", key, got, err)
	}
	if err := store.Clear(t.Context(), h.Store, key); err != nil {
		t.Errorf("Clear(%q): %v", key, err)
	}
	if err := store.DeleteMany(t.Context(), h.Store, []string{key}); err != nil {
		t.Errorf("DeleteMany(%q): %v", key, err)
	}
}
