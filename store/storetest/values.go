package storetest

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
)

// brief shows a value without filling the screen.
func brief(value []byte) string {
	const most = 40
	if value == nil {
		return "nil"
	}
	if len(value) > most {
		return fmt.Sprintf("%q… (%d bytes)", value[:most], len(value))
	}
	return fmt.Sprintf("%q", value)
}

func testValues(t *testing.T, h *harness) {
	values := map[string]string{
		"empty":     "",
		"zero byte": "\x00",
		"binary":    "\x00\x01\xfe\xff\x00",
		"text":      "Grüße, 世界",
		"protocol":  "\r\nEND\r\nVALUE x 0 1\r\n$-1\r\n",
		"number":    "42",
		"not quite": "+42 ",
		"64 KiB":    strings.Repeat("0123456789abcdef", 4<<10),
	}
	for name, want := range values {
		key := h.key("value " + name)
		h.set(t, key, want)
		h.wantValue(t, key, want)
	}
	key := h.key("nil")
	if err := h.Set(t.Context(), key, nil, long); err != nil {
		t.Fatalf("Set(nil): %v", err)
	}
	h.wantValue(t, key, "")
}

func testKeys(t *testing.T, h *harness) {
	longKey := strings.Repeat("k", 300)
	names := []string{
		"a", "A", "a ", " a", "aa", "a:b", "a/b", "a\tb", "a\nb", "a\r\nb", "a\x00b", "a\x00", "a%20b", "a+b",
		"é", "e\u0301", "ключ", "\xff\xfe", "*", "?", "[a]", "\\a", "{a}b", "{a}c", "{}", "{b}b",
		longKey, longKey + "1", longKey + "2", "",
	}
	for i, name := range names {
		h.set(t, h.key("keys/"+name), fmt.Sprint(i))
	}
	for i, name := range names {
		h.wantValue(t, h.key("keys/"+name), fmt.Sprint(i))
	}
	for i, name := range names {
		existed, err := h.Delete(t.Context(), h.key("keys/"+name))
		wantDone(t, fmt.Sprintf("Delete(%q)", name), existed, err, true)
		for j, later := range names[i+1:] {
			if value, found, err := h.Get(t.Context(), h.key("keys/"+later)); !found || err != nil || string(value) != fmt.Sprint(i+1+j) {
				t.Errorf("after Delete(%q): Get(%q) = %s, %t, %v", name, later, brief(value), found, err)
			}
		}
	}
}

func testOverwrite(t *testing.T, h *harness) {
	key := h.key("overwrite")
	h.wantMiss(t, key)
	existed, err := h.Delete(t.Context(), key)
	wantDone(t, "Delete of an absent key", existed, err, false)

	h.set(t, key, "a long first value")
	h.set(t, key, "second")
	h.wantValue(t, key, "second")

	existed, err = h.Delete(t.Context(), key)
	wantDone(t, "Delete of a present key", existed, err, true)
	h.wantMiss(t, key)
	existed, err = h.Delete(t.Context(), key)
	wantDone(t, "second Delete", existed, err, false)

	h.set(t, key, "gone at once")
	for _, ttl := range []time.Duration{0, -1, -time.Hour} {
		h.set(t, key, "before")
		if err := h.Set(t.Context(), key, []byte("after"), ttl); err != nil {
			t.Errorf("Set with ttl %v: %v", ttl, err)
		}
		h.wantMiss(t, key)
	}
	existed, err = h.Delete(t.Context(), key)
	wantDone(t, "Delete after Set with ttl 0", existed, err, false)
}

func testAliasing(t *testing.T, h *harness) {
	writes := map[string]func(ctx context.Context, key string, value []byte) error{
		"Set": func(ctx context.Context, key string, value []byte) error {
			return h.Set(ctx, key, value, long)
		},
		"SetMany": func(ctx context.Context, key string, value []byte) error {
			return store.SetMany(ctx, h.Store, []store.Item{{Key: key, Value: value, TTL: long}})
		},
		"Add": func(ctx context.Context, key string, value []byte) error {
			_, err := store.Add(ctx, h.Store, key, value, long)
			return err
		},
		"Swap": func(ctx context.Context, key string, value []byte) error {
			_, err := store.Swap(ctx, h.Store, key, nil, value, long)
			return err
		},
		"Batch": func(ctx context.Context, key string, value []byte) error {
			return store.Batch(ctx, h.Store, []store.Op{{Do: store.OpSet, Key: key, Value: value, TTL: long}})
		},
	}
	for name, write := range writes {
		t.Run(name, func(t *testing.T) {
			key := h.key("aliasing " + name)
			buffer := []byte("original")
			err := write(t.Context(), key, buffer)
			unsupported(t, err)
			if err != nil {
				t.Fatal(err)
			}
			before, _, _ := h.Get(t.Context(), key)
			copy(buffer, "REPLACED")
			h.wantValue(t, key, "original")
			if !bytes.Equal(before, []byte("original")) {
				t.Errorf("a value that was read became %q when the writer reused its slice", before)
			}
		})
	}
}

func testLarge(t *testing.T, h *harness) {
	for _, size := range []int{100_000, 1<<20 - 1000, 1 << 20, 3 << 20} {
		key := h.key(fmt.Sprint("large ", size))
		h.set(t, key, "earlier")
		value := bytes.Repeat([]byte("larder! "), size/8)
		switch err := h.Set(t.Context(), key, value, long); {
		case err == nil:
			h.wantValue(t, key, string(value))
		case size == 100_000:
			t.Errorf("Set of %d bytes: %v; so much must be possible", size, err)
		default:
			wantTooLarge(t, err)
			h.wantMiss(t, key)
		}
	}
}
