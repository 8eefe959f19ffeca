package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
)

func wantTooLarge(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("error is %v; want one that wraps store.ErrTooLarge", err)
	}
}

func testContext(t *testing.T, h *harness) {
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	for name, call := range calls(h.Store) {
		t.Run(name, func(t *testing.T) {
			key := h.key("context " + name)
			h.set(t, key, "1")
			for ctx, want := range map[context.Context]error{cancelled: context.Canceled, late: context.DeadlineExceeded} {
				err := call(ctx, key)
				unsupported(t, err)
				if !errors.Is(err, want) {
					t.Errorf("%s returned %v; want %v", name, err, want)
				}
			}
			if !store.Forgets(h.Store) {
				h.wantValue(t, key, "1")
			}
		})
	}
}

// calls returns every method that takes a context. Each would change or remove
// what is under the key.
func calls(s store.Store) map[string]func(ctx context.Context, key string) error {
	return map[string]func(ctx context.Context, key string) error{
		"Get": func(ctx context.Context, key string) error {
			_, _, err := s.Get(ctx, key)
			return err
		},
		"Set": func(ctx context.Context, key string) error {
			return s.Set(ctx, key, []byte("2"), long)
		},
		"Delete": func(ctx context.Context, key string) error {
			_, err := s.Delete(ctx, key)
			return err
		},
		"GetMany": func(ctx context.Context, key string) error {
			_, err := store.GetMany(ctx, s, []string{key})
			return err
		},
		"SetMany": func(ctx context.Context, key string) error {
			return store.SetMany(ctx, s, []store.Item{{Key: key, Value: []byte("2"), TTL: long}})
		},
		"DeleteMany": func(ctx context.Context, key string) error {
			return store.DeleteMany(ctx, s, []string{key})
		},
		"Add": func(ctx context.Context, key string) error {
			_, err := store.Add(ctx, s, key, []byte("2"), long)
			return err
		},
		"Incr": func(ctx context.Context, key string) error {
			_, err := store.Incr(ctx, s, key, 1)
			return err
		},
		"Swap": func(ctx context.Context, key string) error {
			_, err := store.Swap(ctx, s, key, []byte("1"), []byte("2"), long)
			return err
		},
		"Touch": func(ctx context.Context, key string) error {
			_, err := store.Touch(ctx, s, key, 0)
			return err
		},
		"Batch": func(ctx context.Context, key string) error {
			return store.Batch(ctx, s, []store.Op{{Do: store.OpDelete, Key: key}})
		},
		"Keys": func(ctx context.Context, key string) error {
			for _, err := range store.Keys(ctx, s, key) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Clear": func(ctx context.Context, key string) error { return store.Clear(ctx, s, key) },
		"Ping":  func(ctx context.Context, _ string) error { return store.Ping(ctx, s) },
	}
}
