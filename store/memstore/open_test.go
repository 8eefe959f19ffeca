package memstore_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

func TestNamedStoresAreShared(t *testing.T) {
	a, b, other, own := open(t, "memory://pages?max=2MiB"), open(t, "memory://pages"), open(t, "memory://values"), open(t, "memory://")
	_ = a.Set(t.Context(), "k", nil, time.Hour)
	for name, c := range map[string]struct {
		s    *memstore.Store
		want bool
	}{"the same name": {b, true}, "another name": {other, false}, "no name": {own, false}} {
		if _, _, found := c.s.GetLive("k"); found != c.want {
			t.Errorf("%s: found %t; want %t", name, found, c.want)
		}
	}
	state := a.Slot("x", func() any { return new(int) })
	if b.Slot("x", func() any { return new(int) }) != state {
		t.Error("stores of one name have different slots")
	}

	_, err := store.Open(t.Context(), "memory://pages?max=3MiB")
	if err == nil || !strings.Contains(err.Error(), "already open with max=2097152, not 3145728") {
		t.Errorf("opening a name with another bound: %v", err)
	}

	_, _ = a.Close(), a.Close()
	if _, _, found := b.GetLive("k"); !found {
		t.Error("the store is empty though one of its users has not closed it")
	}
	_ = b.Close()
	if _, _, found := open(t, "memory://pages").GetLive("k"); found {
		t.Error("a name that everybody has closed is not new when it is opened again")
	}
}

func TestOpenErrors(t *testing.T) {
	for url, want := range map[string]string{
		"memory://u:p@name":    "without user and path",
		"memory://name/path":   "without user and path",
		"memory://?max=0":      `max="0": want a positive size such as 256MiB`,
		"memory://?max=-1":     "positive size",
		"memory://?max=lots":   "positive size",
		"memory://?maximum=1":  `unknown parameter "maximum"; known are max, prefix, timeout`,
		"memory://?timeout=no": "positive duration",
	} {
		if _, err := store.Open(t.Context(), url); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v; want %q", url, err, want)
		}
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Open(cancelled, "memory://"); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a cancelled context: %v", err)
	}
}

func TestNewPanicsOnNegativeBound(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("New did not panic")
		}
	}()
	memstore.New(memstore.Options{MaxBytes: -1})
}
