package store_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/dummystore"
	"github.com/larder-go/larder/store/memstore"
)

// plain hides every capability of a store.
type plain struct{ store.Store }

// Each of these has exactly one capability.
type (
	plainSwapper struct {
		store.Store
		store.Swapper
	}
	plainLister struct {
		store.Store
		store.Lister
	}
)

var errDown = errors.New("the engine is down")

// down is a store whose engine does not answer.
type down struct{}

func (down) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, errDown }
func (down) Set(context.Context, string, []byte, time.Duration) error { return errDown }
func (down) Delete(context.Context, string) (bool, error)             { return false, errDown }
func (down) Keys(context.Context, string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield("", errDown) }
}

func newMemory(t *testing.T) *memstore.Store {
	s := memstore.New(memstore.Options{})
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestWithoutHonestFallbackIsUnsupported(t *testing.T) {
	ctx, s := t.Context(), plain{newMemory(t)}
	for name, call := range map[string]func() error{
		"Add":   func() error { _, err := store.Add(ctx, s, "k", nil, time.Hour); return err },
		"Incr":  func() error { _, err := store.Incr(ctx, s, "k", 1); return err },
		"Swap":  func() error { _, err := store.Swap(ctx, s, "k", nil, nil, time.Hour); return err },
		"Touch": func() error { _, err := store.Touch(ctx, s, "k", time.Hour); return err },
		"Clear": func() error { return store.Clear(ctx, s, "") },
		"Keys": func() error {
			for _, err := range store.Keys(ctx, s, "") {
				return err
			}
			return nil
		},
		"Batch that adds": func() error {
			return store.Batch(ctx, s, []store.Op{{Do: store.OpAdd, Key: "k"}})
		},
	} {
		if err := call(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s of a plain store returned %v; want errors.ErrUnsupported", name, err)
		}
	}
}

func TestFallbacksBySwap(t *testing.T) {
	ctx, m := t.Context(), newMemory(t)
	s := plainSwapper{plain{m}, m}
	for i, want := range []bool{true, false} {
		if added, err := store.Add(ctx, s, "k", nil, time.Hour); err != nil || added != want {
			t.Errorf("Add number %d = %t, %v; want %t", i, added, err, want)
		}
	}
	if value, found, _ := s.Get(ctx, "k"); !found || len(value) != 0 {
		t.Errorf("Add of nil stored %q, %t", value, found)
	}
	for ttl, want := range map[time.Duration]bool{time.Hour: true, 0: true} {
		_ = s.Set(ctx, "t", []byte("v"), time.Hour)
		if existed, err := store.Touch(ctx, s, "t", ttl); err != nil || existed != want {
			t.Errorf("Touch with ttl %v = %t, %v; want %t", ttl, existed, err, want)
		}
		if _, found, _ := s.Get(ctx, "t"); found != (ttl > 0) {
			t.Errorf("after Touch with ttl %v: found %t", ttl, found)
		}
	}
	if existed, err := store.Touch(ctx, s, "absent", time.Hour); err != nil || existed {
		t.Errorf("Touch of an absent key = %t, %v", existed, err)
	}
}

// interrupted changes the value between each Get and Swap, a few times.
type interrupted struct {
	*memstore.Store
	times int
}

func (s *interrupted) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (bool, error) {
	if s.times > 0 {
		s.times--
		_ = s.Set(ctx, key, fmt.Append(nil, s.times), time.Minute)
	}
	return s.Store.Swap(ctx, key, old, new, ttl)
}

func TestTouchBySwapKeepsWhatOthersWrote(t *testing.T) {
	ctx, s := t.Context(), &interrupted{newMemory(t), 3}
	_ = s.Set(ctx, "k", []byte("first"), time.Minute)
	if existed, err := store.Touch(ctx, plainSwapper{plain{s}, s}, "k", time.Hour); err != nil || !existed {
		t.Fatalf("Touch = %t, %v", existed, err)
	}
	if value, _, _ := s.Get(ctx, "k"); string(value) != "0" {
		t.Errorf("after Touch the value is %q; want what was written last", value)
	}
}

func TestClearByListing(t *testing.T) {
	ctx, m := t.Context(), newMemory(t)
	s := plainLister{plain{m}, m}
	for i := range 2500 {
		_ = s.Set(ctx, fmt.Sprint("a", i), nil, time.Hour)
	}
	_ = s.Set(ctx, "b", nil, time.Hour)
	if err := store.Clear(ctx, s, "a"); err != nil {
		t.Fatal(err)
	}
	if keys := keysOf(t, s, ""); !slices.Equal(keys, []string{"b"}) {
		t.Errorf("after Clear there are %d keys, %.3q", len(keys), keys)
	}
}

func keysOf(t *testing.T, s store.Store, prefix string) []string {
	t.Helper()
	var keys []string
	for key, err := range store.Keys(t.Context(), s, prefix) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func TestFailuresAreReported(t *testing.T) {
	ctx := t.Context()
	lister := plainLister{down{}, down{}}
	for name, err := range map[string]error{
		"GetMany":    second(store.GetMany(ctx, down{}, []string{"a"})),
		"SetMany":    store.SetMany(ctx, down{}, []store.Item{{Key: "a"}}),
		"DeleteMany": store.DeleteMany(ctx, down{}, []string{"a"}),
		"Batch":      store.Batch(ctx, down{}, []store.Op{{Do: store.OpGet, Key: "a"}}),
		"Clear":      store.Clear(ctx, lister, ""),
		"Ping":       store.Ping(ctx, down{}),
	} {
		if !errors.Is(err, errDown) {
			t.Errorf("%s returned %v; want the engine's error", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestKeyErrorsNameEachKey(t *testing.T) {
	err := store.SetMany(t.Context(), store.Prefixed(down{}, "shop"), []store.Item{{Key: "b"}, {Key: "a"}})
	var failed *store.KeyErrors
	if !errors.As(err, &failed) || len(failed.ByKey) != 2 || failed.ByKey["a"] == nil || failed.ByKey["b"] == nil {
		t.Fatalf("SetMany returned %v; want an error for each of a and b", err)
	}
	if got, want := err.Error(), `store: 2 keys failed, such as "a": the engine is down`; got != want {
		t.Errorf("message %q; want %q", got, want)
	}
	delete(failed.ByKey, "a")
	if got, want := err.Error(), `store: key "b": the engine is down`; got != want {
		t.Errorf("message %q; want %q", got, want)
	}
	delete(failed.ByKey, "b")
	if got, want := err.Error(), "store: no keys failed"; got != want || failed.Err() != nil {
		t.Errorf("message %q, Err %v; want %q, nil", got, failed.Err(), want)
	}
}

func TestPropertiesOfPlainStores(t *testing.T) {
	ctx, s := t.Context(), plain{newMemory(t)}
	if n := store.Shards(s); n != 1 {
		t.Errorf("Shards is %d; want 1", n)
	}
	if d := store.Timeout(s); d != 0 {
		t.Errorf("Timeout is %v; want 0", d)
	}
	if bytes, lag := store.Near(s); bytes != 0 || lag != 0 {
		t.Errorf("Near is %d, %v; want none", bytes, lag)
	}
	if name, err := store.Incarnation(ctx, s); name != "" || err != nil {
		t.Errorf("Incarnation is %q, %v; want none", name, err)
	}
	if store.Forgets(s) {
		t.Error("a plain store says that it forgets")
	}
	if err := store.Close(s); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// sharded has the properties of a store on servers.
type sharded struct{ plain }

func (sharded) Shards() int                                 { return 16 }
func (sharded) Timeout() time.Duration                      { return time.Second }
func (sharded) Incarnation(context.Context) (string, error) { return "run", nil }

func (sharded) Near() (int64, time.Duration) { return 1 << 20, time.Millisecond }

func TestViewHasTheProperties(t *testing.T) {
	v := store.Prefixed(sharded{plain{newMemory(t)}}, "shop")
	name, err := store.Incarnation(t.Context(), v)
	if bytes, lag := store.Near(v); bytes != 1<<20 || lag != time.Millisecond {
		t.Errorf("a view has near copies of %d bytes with a lag of %v", bytes, lag)
	}
	if store.Shards(v) != 16 || store.Timeout(v) != time.Second || name != "run" || err != nil {
		t.Errorf("a view has %d shards, timeout %v, incarnation %q, %v", store.Shards(v), store.Timeout(v), name, err)
	}
}

func TestViewForgetsAsItsStore(t *testing.T) {
	if !store.Forgets(store.Prefixed(dummystore.New(), "shop")) || store.Forgets(store.Prefixed(newMemory(t), "shop")) {
		t.Error("a view forgets what its store keeps, or keeps what it forgets")
	}
}

func TestViewPrefix(t *testing.T) {
	m := newMemory(t)
	for _, c := range []struct {
		view *store.View
		want string
	}{
		{store.Prefixed(m, ""), ""},
		{store.Prefixed(m, "shop"), "shop:"},
		{store.Prefixed(m, "shop:"), "shop%3A:"},
		{store.Prefixed(m, "a b{c}*"), "a+b%7Bc%7D%2A:"},
		{store.Prefixed(store.Prefixed(m, "a"), "b"), "a:b:"},
		{store.Prefixed(store.Prefixed(m, "a"), ""), "a:"},
	} {
		if inner, prefix := store.Unwrap(c.view); inner != store.Store(m) || prefix != c.want {
			t.Errorf("Unwrap = %T, %q; want the memory store, %q", inner, prefix, c.want)
		}
	}
	if inner, prefix := store.Unwrap(m); inner != store.Store(m) || prefix != "" {
		t.Errorf("Unwrap of a store that is no view = %T, %q", inner, prefix)
	}
	v := store.Prefixed(store.Prefixed(m, "a"), "b")
	_ = v.Set(t.Context(), "k", nil, time.Hour)
	if keys := keysOf(t, m, ""); !slices.Equal(keys, []string{"a:b:k"}) {
		t.Errorf("the store holds %q", keys)
	}
	if keys := keysOf(t, v, ""); !slices.Equal(keys, []string{"k"}) {
		t.Errorf("the view lists %q", keys)
	}
}

func TestActionNames(t *testing.T) {
	for action, want := range map[store.Action]string{
		store.OpGet: "get", store.OpSet: "set", store.OpAdd: "add", store.OpDelete: "delete", 0: "action(0)",
	} {
		if action.String() != want {
			t.Errorf("%d is %q; want %q", action, action, want)
		}
	}
	err := store.Batch(t.Context(), newMemory(t), []store.Op{{Do: 9, Key: "k"}})
	if err == nil || !strings.Contains(err.Error(), "get, set, add, delete") {
		t.Errorf("Batch of an unknown action returned %v; want an error that lists the known ones", err)
	}
}
