package storetest

import (
	"testing"
	"time"

	"github.com/larder-go/larder/store"
)

func testGetMany(t *testing.T, h *harness) {
	one, empty, absent, two := h.key("many one"), h.key("many empty"), h.key("many absent"), h.key("many two")
	h.set(t, one, "1")
	h.set(t, empty, "")
	h.set(t, two, "22")
	keys := []string{absent, two, one, absent, empty, one, two}
	want := []string{"nil", `"22"`, `"1"`, "nil", `""`, `"1"`, `"22"`}

	values, err := store.GetMany(t.Context(), h.Store, keys)
	if err != nil {
		t.Fatalf("GetMany: %v", err)
	}
	if len(values) != len(keys) {
		t.Fatalf("GetMany of %d keys returned %d values", len(keys), len(values))
	}
	for i, value := range values {
		if got := brief(value); got != want[i] {
			t.Errorf("value %d, of %q, is %s; want %s", i, keys[i], got, want[i])
		}
	}
	if values, err := store.GetMany(t.Context(), h.Store, nil); err != nil || len(values) != 0 {
		t.Errorf("GetMany of no keys = %v, %v", values, err)
	}
}

func testSetMany(t *testing.T, h *harness) {
	a, b, gone, twice := h.key("setmany a"), h.key("setmany b"), h.key("setmany gone"), h.key("setmany twice")
	h.set(t, gone, "before")
	items := []store.Item{
		{Key: a, Value: []byte("a"), TTL: long},
		{Key: b, Value: nil, TTL: store.Forever},
		{Key: gone, Value: []byte("after"), TTL: 0},
		{Key: twice, Value: []byte("first"), TTL: long},
		{Key: twice, Value: []byte("second"), TTL: long},
	}
	if err := store.SetMany(t.Context(), h.Store, items); err != nil {
		t.Fatalf("SetMany: %v", err)
	}
	h.wantValue(t, a, "a")
	h.wantValue(t, b, "")
	h.wantMiss(t, gone)
	h.wantValue(t, twice, "second")
	if err := store.SetMany(t.Context(), h.Store, nil); err != nil {
		t.Errorf("SetMany of no items: %v", err)
	}
}

func testDeleteMany(t *testing.T, h *harness) {
	a, b, kept, absent := h.key("deletemany a"), h.key("deletemany b"), h.key("deletemany kept"), h.key("deletemany absent")
	for _, key := range []string{a, b, kept} {
		h.set(t, key, "x")
	}
	if err := store.DeleteMany(t.Context(), h.Store, []string{a, absent, b, a}); err != nil {
		t.Fatalf("DeleteMany: %v", err)
	}
	h.wantMiss(t, a)
	h.wantMiss(t, b)
	h.wantValue(t, kept, "x")
	if err := store.DeleteMany(t.Context(), h.Store, nil); err != nil {
		t.Errorf("DeleteMany of no keys: %v", err)
	}
}

func testBatch(t *testing.T, h *harness) {
	key, other := h.key("batch"), h.key("batch other")
	ops := []store.Op{
		{Do: store.OpGet, Key: key},
		{Do: store.OpAdd, Key: key, Value: []byte("1"), TTL: long},
		{Do: store.OpGet, Key: key},
		{Do: store.OpAdd, Key: key, Value: []byte("2"), TTL: long},
		{Do: store.OpSet, Key: key, Value: nil, TTL: long},
		{Do: store.OpGet, Key: key},
		{Do: store.OpDelete, Key: key},
		{Do: store.OpDelete, Key: key},
		{Do: store.OpGet, Key: key},
		{Do: store.OpSet, Key: key, Value: []byte("3"), TTL: 0},
		{Do: store.OpGet, Key: key},
		{Do: store.OpSet, Key: other, Value: []byte("4"), TTL: time.Hour},
		{Do: store.OpSet, Key: other, Value: []byte("5"), TTL: store.Forever},
	}
	want := []struct {
		ok    bool
		value string // of a get
	}{
		{false, "nil"}, {true, ""}, {true, `"1"`}, {false, ""}, {true, ""}, {true, `""`},
		{true, ""}, {false, ""}, {false, "nil"}, {true, ""}, {false, "nil"}, {true, ""}, {true, ""},
	}
	err := store.Batch(t.Context(), h.Store, ops)
	unsupported(t, err)
	if err != nil {
		t.Fatalf("Batch: %v", err)
	}
	for i, op := range ops {
		if op.OK != want[i].ok || op.Do == store.OpGet && brief(op.Value) != want[i].value {
			t.Errorf("step %d, %v: OK %t, value %s; want %t, %s", i, op.Do, op.OK, brief(op.Value), want[i].ok, want[i].value)
		}
	}
	h.wantMiss(t, key)
	h.wantValue(t, other, "5")
	if err := store.Batch(t.Context(), h.Store, []store.Op{{Key: key}}); err == nil {
		t.Error("Batch took a step that is none of the actions")
	}
}
