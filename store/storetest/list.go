package storetest

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/larder-go/larder/store"
)

// listed returns the keys that begin with prefix, each once.
func listed(t *testing.T, s store.Store, prefix string) []string {
	t.Helper()
	keys := make(map[string]bool)
	for key, err := range store.Keys(t.Context(), s, prefix) {
		unsupported(t, err)
		if err != nil {
			t.Fatalf("Keys(%q): %v", prefix, err)
		}
		keys[key] = true
	}
	return slices.Sorted(maps.Keys(keys))
}

func wantKeys(t *testing.T, s store.Store, prefix string, want ...string) {
	t.Helper()
	slices.Sort(want)
	if got := listed(t, s, prefix); !slices.Equal(got, want) {
		t.Errorf("Keys(%q) lists %q; want %q", prefix, got, want)
	}
}

func testList(t *testing.T, h *harness) {
	// What a listing by pattern might take for one.
	one, two := h.key("list*/one"), h.key("list*/two")
	others := []string{h.key("list"), h.key("listx/one"), h.key("LIST*/one"), h.key("list?/one"), h.key("list[*]/one"), h.key(`list\*/one`)}
	for _, key := range append(others, one, two) {
		h.set(t, key, "x")
	}
	wantKeys(t, h.Store, h.prefix+"list*/", one, two)
	wantKeys(t, h.Store, one, one)
	wantKeys(t, h.Store, h.prefix+"list*/none")
	for range store.Keys(t.Context(), h.Store, h.prefix+"list") {
		break // leaving early must be possible
	}

	if err := store.Clear(t.Context(), h.Store, h.prefix+"list*/"); err != nil {
		t.Fatalf("Clear: %v", err)
	}
	h.wantMiss(t, one)
	h.wantMiss(t, two)
	for _, key := range others {
		h.wantValue(t, key, "x")
	}
	if err := store.Clear(t.Context(), h.Store, h.prefix+"list*/"); err != nil {
		t.Errorf("Clear of nothing: %v", err)
	}
	testClearMany(t, h)
}

func testClearMany(t *testing.T, h *harness) {
	var items []store.Item
	for i := range 2500 {
		items = append(items, store.Item{Key: h.prefix + fmt.Sprint("clear/", i), Value: []byte("x"), TTL: long})
	}
	if err := store.SetMany(t.Context(), h.Store, items); err != nil {
		t.Fatalf("SetMany: %v", err)
	}
	if got := listed(t, h.Store, h.prefix+"clear/"); len(got) != len(items) {
		t.Errorf("Keys lists %d of %d keys", len(got), len(items))
	}
	if err := store.Clear(t.Context(), h.Store, h.prefix+"clear/"); err != nil {
		t.Fatalf("Clear: %v", err)
	}
	if got := listed(t, h.Store, h.prefix+"clear/"); len(got) != 0 {
		t.Errorf("after Clear there are %d keys", len(got))
	}
}

func testPrefix(t *testing.T, h *harness) {
	keys := []string{"", "b", "bk", ":k", "k"}
	views := make(map[string]*store.View)
	for _, name := range []string{"a", "ab", "a:", "a*", "a:b"} {
		v := store.Prefixed(h.Store, h.prefix+name)
		defer func() { _ = store.DeleteMany(t.Context(), v, keys) }()
		views[name] = v
		for _, key := range keys {
			if err := v.Set(t.Context(), key, []byte(name+" "+key), long); err != nil {
				t.Fatalf("Set: %v", err)
			}
		}
	}
	for name, v := range views {
		values, err := store.GetMany(t.Context(), v, keys)
		if err != nil {
			t.Fatalf("GetMany: %v", err)
		}
		for i, key := range keys {
			if want := name + " " + key; string(values[i]) != want {
				t.Errorf("under the prefix %q, the key %q holds %s; want %q", name, key, brief(values[i]), want)
			}
		}
	}
	testPrefixClear(t, views, keys)
}

// testPrefixClear checks that clearing one prefix leaves the others alone.
func testPrefixClear(t *testing.T, views map[string]*store.View, keys []string) {
	wantKeys(t, views["ab"], "", keys...)
	if err := store.Clear(t.Context(), views["a"], ""); err != nil {
		t.Fatalf("Clear: %v", err)
	}
	wantKeys(t, views["a"], "")
	delete(views, "a")
	for _, v := range views {
		wantKeys(t, v, "", keys...)
	}
}
