package storetest

import (
	"bytes"
	"testing"

	"github.com/larder-go/larder/store"
)

func testLocal(t *testing.T, h *harness) {
	inner, prefix := store.Unwrap(h.Store)
	local, ok := inner.(store.Local)
	if !ok {
		t.Skip("the store is not local")
	}
	key := h.key("local")
	wantLive(t, local, prefix+key, nil, nil)

	h.set(t, key, "plain")
	wantLive(t, local, prefix+key, []byte("plain"), nil)

	value := []byte("bytes")
	if err := local.Keep(prefix+key, value, long); err != nil {
		t.Fatalf("Keep: %v", err)
	}
	wantLive(t, local, prefix+key, []byte("bytes"), nil)
	h.wantValue(t, key, "bytes")
	testAttach(t, local, prefix+key)

	h.set(t, key, "plain again")
	wantLive(t, local, prefix+key, []byte("plain again"), nil)

	if err := local.Keep(prefix+key, []byte("bytes"), 0); err != nil {
		t.Errorf("Keep with ttl 0: %v", err)
	}
	h.wantMiss(t, key)
	testSlot(t, local, prefix+key)
}

// attached counts how often it is told that its bytes are gone.
type attached struct{ dropped int }

func (a *attached) Dropped() { a.dropped++ }

func testAttach(t *testing.T, local store.Local, key string) {
	value, _, _ := local.GetLive(key)
	first, second, late := new(attached), new(attached), new(attached)
	if local.Attach(key, bytes.Clone(value), late) || local.Attach(key+" absent", value, late) {
		t.Error("Attach took an object for other bytes than the key's own")
	}
	for _, live := range []*attached{first, second} {
		if !local.Attach(key, value, live) {
			t.Fatal("Attach refused an object for the bytes that are there")
		}
		wantLive(t, local, key, value, live)
	}
	if first.dropped != 1 || second.dropped != 0 {
		t.Errorf("told %d and %d times that the bytes are gone; want 1 of the replaced object, 0 of the other", first.dropped, second.dropped)
	}
	if err := local.Keep(key, bytes.Clone(value), long); err != nil || second.dropped != 1 {
		t.Errorf("Keep of new bytes: %v, told %d times; want 1", err, second.dropped)
	}
	if wantLive(t, local, key, value, nil); local.Attach(key, value, late) || late.dropped != 0 {
		t.Error("Attach took an object for bytes that were replaced by equal ones")
	}
}

func testSlot(t *testing.T, local store.Local, name string) {
	made := 0
	build := func() any { made++; return new(int) }
	first, second, other := local.Slot(name, build), local.Slot(name, build), local.Slot(name+" other", build)
	if first != second || first == other || made != 2 {
		t.Errorf("Slot made %d objects for two names: %p and %p for the first, %p for the second", made, first, second, other)
	}
}

func wantLive(t *testing.T, local store.Local, key string, value []byte, live store.Dropper) {
	t.Helper()
	gotValue, gotLive, found := local.GetLive(key)
	if found != (value != nil) || string(gotValue) != string(value) || gotLive != live {
		t.Errorf("GetLive = %s, %v, %t; want %s, %v", brief(gotValue), gotLive, found, brief(value), live)
	}
}
