package storetest

import (
	"errors"
	"math"
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

	live := &struct{ n int }{1}
	if err := local.SetLive(prefix+key, []byte("bytes"), live, 100, long); err != nil {
		t.Fatalf("SetLive: %v", err)
	}
	wantLive(t, local, prefix+key, []byte("bytes"), live)
	h.wantValue(t, key, "bytes")

	h.set(t, key, "plain again")
	wantLive(t, local, prefix+key, []byte("plain again"), nil)

	if err := local.SetLive(prefix+key, nil, live, 0, 0); err != nil {
		t.Errorf("SetLive with ttl 0: %v", err)
	}
	h.wantMiss(t, key)
	testLocalTooLarge(t, h, local, prefix+key)
	testSlot(t, local, prefix+key)
}

func testLocalTooLarge(t *testing.T, h *harness, local store.Local, key string) {
	_ = local.SetLive(key, []byte("earlier"), nil, 0, long)
	err := local.SetLive(key, []byte("x"), nil, math.MaxInt, long)
	if err == nil {
		t.Error("SetLive took an object larger than any memory")
	} else if !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("SetLive returned %v; want one that wraps store.ErrTooLarge", err)
	}
	wantLive(t, local, key, nil, nil)
}

func testSlot(t *testing.T, local store.Local, name string) {
	made := 0
	build := func() any { made++; return new(int) }
	first, second, other := local.Slot(name, build), local.Slot(name, build), local.Slot(name+" other", build)
	if first != second || first == other || made != 2 {
		t.Errorf("Slot made %d objects for two names: %p and %p for the first, %p for the second", made, first, second, other)
	}
}

func wantLive(t *testing.T, local store.Local, key string, value []byte, live any) {
	t.Helper()
	gotValue, gotLive, found := local.GetLive(key)
	if found != (value != nil) || string(gotValue) != string(value) || gotLive != live {
		t.Errorf("GetLive = %s, %v, %t; want %s, %v", brief(gotValue), gotLive, found, brief(value), live)
	}
}
