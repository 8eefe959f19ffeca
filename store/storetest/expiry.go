package storetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
)

// late is how much longer than its ttl a value may live: a second, and what a
// busy machine needs to notice.
const late = time.Second + 100*time.Millisecond

// lifetime is a way to give a key a lifetime, which is then watched in real
// time: a server cannot be lent a clock.
type lifetime struct {
	name  string
	begin func(ctx context.Context, h *harness, key string, ttl time.Duration) error
}

var lifetimes = []lifetime{
	{"Set", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		return h.Set(ctx, key, []byte("1"), ttl)
	}},
	{"Set over a longer one", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		return errors.Join(h.Set(ctx, key, []byte("0"), long), h.Set(ctx, key, []byte("1"), ttl))
	}},
	{"Set over one that never expires", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		return errors.Join(h.Set(ctx, key, []byte("0"), store.Forever), h.Set(ctx, key, []byte("1"), ttl))
	}},
	{"SetMany", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		return store.SetMany(ctx, h.Store, []store.Item{{Key: key, Value: []byte("1"), TTL: ttl}})
	}},
	{"Add", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		_, err := store.Add(ctx, h.Store, key, []byte("1"), ttl)
		return err
	}},
	{"Swap of an absent key", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		_, err := store.Swap(ctx, h.Store, key, nil, []byte("1"), ttl)
		return err
	}},
	{"Swap", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		err := h.Set(ctx, key, []byte("0"), long)
		_, swapErr := store.Swap(ctx, h.Store, key, []byte("0"), []byte("1"), ttl)
		return errors.Join(err, swapErr)
	}},
	{"Touch to a shorter one", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		err := h.Set(ctx, key, []byte("1"), long)
		_, touchErr := store.Touch(ctx, h.Store, key, ttl)
		return errors.Join(err, touchErr)
	}},
	{"Touch to a longer one", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		err := h.Set(ctx, key, []byte("1"), ttl/2)
		_, touchErr := store.Touch(ctx, h.Store, key, ttl)
		return errors.Join(err, touchErr)
	}},
	{"Incr keeps it", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		err := h.Set(ctx, key, []byte("0"), ttl)
		_, incrErr := store.Incr(ctx, h.Store, key, 1)
		return errors.Join(err, incrErr)
	}},
	{"Batch", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		return store.Batch(ctx, h.Store, []store.Op{{Do: store.OpSet, Key: key, Value: []byte("1"), TTL: ttl}})
	}},
	{"Batch that adds", func(ctx context.Context, h *harness, key string, ttl time.Duration) error {
		return store.Batch(ctx, h.Store, []store.Op{{Do: store.OpAdd, Key: key, Value: []byte("1"), TTL: ttl}})
	}},
}

// testExpiry watches all lifetimes at the same time, so that the rule takes as
// long as the longest of them.
func testExpiry(t *testing.T, h *harness) {
	var wg sync.WaitGroup
	for _, l := range lifetimes {
		for _, ttl := range []time.Duration{250 * time.Millisecond, time.Second, 1700 * time.Millisecond} {
			wg.Go(func() { watch(t, h, l, ttl) })
		}
		wg.Go(func() { watchForever(t, h, l) })
	}
	wg.Go(func() { testExpiredIsAbsent(t, h) })
	wg.Wait()
}

// watch checks that the value is there until ttl has passed since before it was
// written, and gone one second after ttl has passed since after.
func watch(t *testing.T, h *harness, l lifetime, ttl time.Duration) {
	key := h.key("expiry " + l.name + ttl.String())
	before := time.Now()
	err := l.begin(t.Context(), h, key, ttl)
	after := time.Now()
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	if err != nil {
		t.Errorf("%s with ttl %v: %v", l.name, ttl, err)
		return
	}
	for {
		asked := time.Now()
		value, found, err := h.Get(t.Context(), key)
		answered := time.Now()
		switch {
		case err != nil:
			t.Errorf("Get: %v", err)
			return
		case !found && answered.Sub(before) < ttl:
			t.Errorf("%s with ttl %v: gone after %v", l.name, ttl, answered.Sub(before))
			return
		case !found:
			return
		case string(value) != "1":
			t.Errorf("%s with ttl %v: value is %s", l.name, ttl, brief(value))
			return
		case asked.Sub(after) > ttl+late:
			t.Errorf("%s with ttl %v: still there after %v", l.name, ttl, asked.Sub(after))
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// watchForever checks that what never expires is there when everything else in
// this rule is gone.
func watchForever(t *testing.T, h *harness, l lifetime) {
	key := h.key("expiry forever " + l.name)
	err := l.begin(t.Context(), h, key, store.Forever)
	if errors.Is(err, errors.ErrUnsupported) {
		return
	}
	time.Sleep(2*time.Second + 500*time.Millisecond)
	if err != nil {
		t.Errorf("%s with ttl Forever: %v", l.name, err)
		return
	}
	h.wantValue(t, key, "1")
}

// testExpiredIsAbsent checks that for writes, too, an expired key is absent.
func testExpiredIsAbsent(t *testing.T, h *harness) {
	keys := []string{h.key("expired delete"), h.key("expired add"), h.key("expired incr"), h.key("expired swap"), h.key("expired touch")}
	for _, key := range keys {
		if err := h.Set(t.Context(), key, []byte("1"), 50*time.Millisecond); err != nil {
			t.Errorf("Set: %v", err)
		}
	}
	time.Sleep(50*time.Millisecond + late)
	existed, err := h.Delete(t.Context(), keys[0])
	wantDone(t, "Delete of an expired key", existed, err, false)
	if added, err := store.Add(t.Context(), h.Store, keys[1], []byte("2"), long); !errors.Is(err, errors.ErrUnsupported) {
		wantDone(t, "Add of an expired key", added, err, true)
	}
	if _, err := store.Incr(t.Context(), h.Store, keys[2], 1); !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Incr of an expired key returned %v; want one that wraps store.ErrNotFound", err)
	}
	if swapped, err := store.Swap(t.Context(), h.Store, keys[3], []byte("1"), []byte("2"), long); !errors.Is(err, errors.ErrUnsupported) {
		wantDone(t, "Swap of an expired value", swapped, err, false)
	}
	if existed, err := store.Touch(t.Context(), h.Store, keys[4], long); !errors.Is(err, errors.ErrUnsupported) {
		wantDone(t, "Touch of an expired key", existed, err, false)
	}
}
