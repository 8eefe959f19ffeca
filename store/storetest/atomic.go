package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
)

// race runs f in n goroutines that begin together, and waits for them.
func race(n int, f func(i int)) {
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-begin
			f(i)
		})
	}
	close(begin)
	wg.Wait()
}

func testAdd(t *testing.T, h *harness) {
	key := h.key("add")
	added, err := store.Add(t.Context(), h.Store, key, []byte("first"), long)
	unsupported(t, err)
	wantDone(t, "Add of an absent key", added, err, true)
	added, err = store.Add(t.Context(), h.Store, key, []byte("second"), long)
	wantDone(t, "Add of a present key", added, err, false)
	h.wantValue(t, key, "first")

	added, err = store.Add(t.Context(), h.Store, key, []byte("third"), 0)
	wantDone(t, "Add with ttl 0 of a present key", added, err, false)
	h.wantValue(t, key, "first")

	absent := h.key("add absent")
	added, err = store.Add(t.Context(), h.Store, absent, []byte("x"), -time.Second)
	wantDone(t, "Add with a negative ttl of an absent key", added, err, true)
	h.wantMiss(t, absent)

	empty := h.key("add empty")
	added, err = store.Add(t.Context(), h.Store, empty, nil, store.Forever)
	wantDone(t, "Add of nil", added, err, true)
	h.wantValue(t, empty, "")
	added, err = store.Add(t.Context(), h.Store, empty, []byte("x"), long)
	wantDone(t, "Add of a key with an empty value", added, err, false)

	for round := range 25 {
		key := h.key(fmt.Sprint("add race ", round))
		var winners atomic.Int64
		race(8, func(i int) {
			added, err := store.Add(t.Context(), h.Store, key, []byte{byte(i)}, long)
			if err != nil {
				t.Errorf("Add: %v", err)
			}
			if added {
				winners.Add(1)
			}
		})
		if n := winners.Load(); n != 1 {
			t.Fatalf("%d of 8 concurrent callers were told that they added the key; want 1", n)
		}
	}
}

func testIncr(t *testing.T, h *harness) {
	absent := h.key("incr absent")
	_, err := store.Incr(t.Context(), h.Store, absent, 1)
	unsupported(t, err)
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Incr of an absent key returned %v; want one that wraps store.ErrNotFound", err)
	}
	h.wantMiss(t, absent)

	for _, c := range []struct {
		before string
		delta  int64
		after  string
	}{
		{"0", 1, "1"},
		{"41", 1, "42"},
		{"1", -3, "-2"},
		{"-5", 2, "-3"},
		{"-5", 5, "0"},
		{"7", 0, "7"},
		{"100", -99, "1"},
		{"9", 1, "10"},
		{"9007199254740993", 1, "9007199254740994"},
		{"9223372036854775806", 1, "9223372036854775807"},
		{"0", math.MinInt64, "-9223372036854775808"},
	} {
		key := h.key("incr " + c.before + fmt.Sprint(c.delta))
		h.set(t, key, c.before)
		sum, err := store.Incr(t.Context(), h.Store, key, c.delta)
		if err != nil || strconv.FormatInt(sum, 10) != c.after {
			t.Errorf("Incr of %s by %d = %d, %v; want %s", c.before, c.delta, sum, err, c.after)
		}
		h.wantValue(t, key, c.after)
	}
	testIncrRefuses(t, h)
	testIncrRace(t, h)
}

func testIncrRefuses(t *testing.T, h *harness) {
	for _, c := range []struct {
		value       string
		delta       int64
		unsupported bool
	}{
		{"text", 1, true},
		{"", 1, true},
		{" 1", 1, true},
		{"+1", 1, true},
		{"01", 1, true},
		{"-0", 1, true},
		{"1.5", 1, true},
		{"9223372036854775808", -1, true},
		{"9223372036854775807", 1, false},
		{"-9223372036854775808", -1, false},
		{"-1", math.MinInt64, false},
	} {
		key := h.key("incr refuses " + c.value)
		h.set(t, key, c.value)
		sum, err := store.Incr(t.Context(), h.Store, key, c.delta)
		if err == nil {
			t.Errorf("Incr of %q by %d = %d; want an error", c.value, c.delta, sum)
		}
		if c.unsupported && !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Incr of %q returned %v; want one that wraps errors.ErrUnsupported", c.value, err)
		}
		h.wantValue(t, key, c.value)
	}
}

func testIncrRace(t *testing.T, h *harness) {
	key := h.key("incr race")
	h.set(t, key, "0")
	race(8, func(int) {
		for range 25 {
			if _, err := store.Incr(t.Context(), h.Store, key, 1); err != nil {
				t.Errorf("Incr: %v", err)
			}
		}
	})
	h.wantValue(t, key, "200")
}

func testSwap(t *testing.T, h *harness) {
	_, err := store.Swap(t.Context(), h.Store, h.key("swap"), nil, nil, long)
	unsupported(t, err)
	absent := "(absent)"
	bytesOf := func(s string) []byte {
		if s == absent {
			return nil
		}
		return []byte(s)
	}
	for i, c := range []struct {
		before, old, new string
		ttl              time.Duration
		swapped          bool
		after            string
	}{
		{absent, absent, "new", long, true, "new"},
		{absent, absent, "", long, true, ""},
		{absent, absent, absent, long, true, absent},
		{absent, absent, "new", 0, true, absent},
		{absent, "x", "new", long, false, absent},
		{absent, "", "new", long, false, absent},
		{absent, "x", absent, long, false, absent},
		{"x", "x", "new", long, true, "new"},
		{"x", "x", "new", store.Forever, true, "new"},
		{"x", "x", "new", 0, true, absent},
		{"x", "x", "new", -1, true, absent},
		{"x", "x", "", long, true, ""},
		{"x", "x", absent, long, true, absent},
		{"x", "x", "x", long, true, "x"},
		{"x", absent, "new", long, false, "x"},
		{"x", "", "new", long, false, "x"},
		{"x", "xx", "new", long, false, "x"},
		{"xx", "x", "new", long, false, "xx"},
		{"x", "y", absent, long, false, "x"},
		{"x", "y", "new", 0, false, "x"},
		{"", "", "new", long, true, "new"},
		{"", absent, "new", long, false, ""},
		{"", "", absent, long, true, absent},
		{"a\x00b", "a\x00c", "new", long, false, "a\x00b"},
		{"a\x00\r\n", "a\x00\r\n", "\xff\x00", long, true, "\xff\x00"},
	} {
		key := h.key(fmt.Sprint("swap ", i))
		if c.before != absent {
			h.set(t, key, c.before)
		}
		swapped, err := store.Swap(t.Context(), h.Store, key, bytesOf(c.old), bytesOf(c.new), c.ttl)
		wantDone(t, fmt.Sprintf("with %q stored: Swap(%q, %q, %v)", c.before, c.old, c.new, c.ttl), swapped, err, c.swapped)
		if c.after == absent {
			h.wantMiss(t, key)
		} else {
			h.wantValue(t, key, c.after)
		}
	}
	testSwapRace(t, h)
}

func testSwapRace(t *testing.T, h *harness) {
	for round := range 25 {
		key := h.key(fmt.Sprint("swap race ", round))
		h.set(t, key, "old")
		var winner atomic.Pointer[[]byte]
		race(8, func(i int) {
			mine := []byte{byte(i)}
			swapped, err := store.Swap(t.Context(), h.Store, key, []byte("old"), mine, long)
			if err != nil {
				t.Errorf("Swap: %v", err)
			}
			if swapped && winner.Swap(&mine) != nil {
				t.Error("two concurrent callers were told that they swapped the same value")
			}
		})
		if value, _, err := h.Get(t.Context(), key); err != nil || winner.Load() == nil || !bytes.Equal(value, *winner.Load()) {
			t.Fatalf("after a race of Swap the key holds %s, %v, which is not the winner's", brief(value), err)
		}
	}
}

func testTouch(t *testing.T, h *harness) {
	key := h.key("touch")
	existed, err := store.Touch(t.Context(), h.Store, key, long)
	unsupported(t, err)
	wantDone(t, "Touch of an absent key", existed, err, false)
	h.wantMiss(t, key)
	for _, value := range []string{"value", ""} {
		h.set(t, key, value)
		for _, ttl := range []time.Duration{long, store.Forever, time.Hour} {
			existed, err := store.Touch(t.Context(), h.Store, key, ttl)
			wantDone(t, fmt.Sprint("Touch with ttl ", ttl), existed, err, true)
			h.wantValue(t, key, value)
		}
	}
	existed, err = store.Touch(t.Context(), h.Store, key, 0)
	wantDone(t, "Touch with ttl 0", existed, err, true)
	h.wantMiss(t, key)
}
