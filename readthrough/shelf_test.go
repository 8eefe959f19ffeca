package readthrough

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// shelf is a shared store in memory that counts how often it is asked, and
// fails as it is told.
type shelf struct {
	mu      sync.Mutex
	data    map[string][]byte
	trips   int
	asked   int                        // keys of GetMany
	fail    func(op, key string) error // nil: it works
	run     string                     // incarnation
	copies  int                        // shards; 0 is one
	lasting map[string]time.Duration   // lifetimes as they were last given
}

func newShelf() *shelf {
	return &shelf{data: map[string][]byte{}, lasting: map[string]time.Duration{}}
}

// ask is one round trip; do runs under the lock.
func (s *shelf) ask(ctx context.Context, op, key string, do func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trips++
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.fail != nil {
		if err := s.fail(op, key); err != nil {
			return err
		}
	}
	return do()
}

func (s *shelf) put(key string, value []byte, ttl time.Duration) {
	delete(s.data, key)
	if ttl > 0 {
		s.data[key], s.lasting[key] = append([]byte{}, value...), ttl
	}
}

func (s *shelf) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	err = s.ask(ctx, "get", key, func() error { value, found = s.data[key]; return nil })
	return value, found, err
}

func (s *shelf) GetMany(ctx context.Context, keys []string) (values [][]byte, err error) {
	err = s.ask(ctx, "getmany", keys[0], func() error {
		s.asked += len(keys)
		for _, key := range keys {
			values = append(values, s.data[key])
		}
		return nil
	})
	return values, err
}

func (s *shelf) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return s.ask(ctx, "set", key, func() error { s.put(key, value, ttl); return nil })
}

func (s *shelf) Delete(ctx context.Context, key string) (existed bool, err error) {
	err = s.ask(ctx, "delete", key, func() error { _, existed = s.data[key]; delete(s.data, key); return nil })
	return existed, err
}

func (s *shelf) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	return s.Swap(ctx, key, nil, append([]byte{}, value...), ttl)
}

func (s *shelf) Swap(ctx context.Context, key string, old, value []byte, ttl time.Duration) (swapped bool, err error) {
	err = s.ask(ctx, "swap", key, func() error {
		there, found := s.data[key]
		if swapped = found == (old != nil) && bytes.Equal(there, old); swapped {
			s.put(key, value, ttl)
		}
		return nil
	})
	return swapped, err
}

func (s *shelf) Touch(ctx context.Context, key string, ttl time.Duration) (existed bool, err error) {
	err = s.ask(ctx, "touch", key, func() error {
		if _, existed = s.data[key]; existed {
			s.lasting[key] = ttl
		}
		return nil
	})
	return existed, err
}

func (s *shelf) Incr(ctx context.Context, key string, delta int64) (sum int64, err error) {
	err = s.ask(ctx, "incr", key, func() error {
		v, found := s.data[key]
		if !found {
			return store.ErrNotFound
		}
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err != nil {
			return errors.ErrUnsupported
		}
		sum = n + delta
		s.data[key] = strconv.AppendInt(nil, sum, 10)
		return nil
	})
	return sum, err
}

func (s *shelf) Batch(ctx context.Context, ops []store.Op) error {
	return s.ask(ctx, "batch", ops[0].Key, func() error {
		for i := range ops {
			op := &ops[i]
			_, there := s.data[op.Key]
			switch op.Do {
			case store.OpAdd:
				if op.OK = !there; op.OK {
					s.put(op.Key, op.Value, op.TTL)
				}
			case store.OpSet:
				s.put(op.Key, op.Value, op.TTL)
				op.OK = true
			case store.OpDelete:
				delete(s.data, op.Key)
				op.OK = there
			default:
				return op.Invalid()
			}
		}
		return nil
	})
}

func (s *shelf) Incarnation(context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.run, nil
}

func (s *shelf) Shards() int { return max(s.copies, 1) }

// counted is how often the store was asked while f ran.
func (s *shelf) counted(f func()) int {
	s.mu.Lock()
	before := s.trips
	s.mu.Unlock()
	f()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trips - before
}

// breakDown makes every call fail with err from now on; nil repairs it.
func (s *shelf) breakDown(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = func(string, string) error { return err }
}

// snapshot is a copy of what there is.
func (s *shelf) snapshot() map[string][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := map[string][]byte{}
	for k, v := range s.data {
		c[k] = v
	}
	return c
}

func (s *shelf) restore(data map[string][]byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data = data
}

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// engine is one for a test, closed at its end.
func engine(t testing.TB, s store.Store, o Options) *Engine {
	t.Helper()
	o.Logger = quiet
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second // busy machines
	}
	e := New(s, o)
	t.Cleanup(func() { _ = e.Shutdown(context.Background()) })
	return e
}

// onBothForms runs a test on a store in this process and on a shared one.
func onBothForms(t *testing.T, test func(t *testing.T, s store.Store)) {
	t.Run("local", func(t *testing.T) {
		s := memstore.New(memstore.Options{})
		t.Cleanup(func() { _ = s.Close() })
		test(t, s)
	})
	t.Run("shared", func(t *testing.T) { test(t, newShelf()) })
}

var bg = context.Background()

const minute = time.Minute

func text(s string) Product {
	return Product{Parts: [][]byte{[]byte(s)}, Life: Life{Fresh: minute}}
}

// keep renders s under k and wants it kept.
func keep(t testing.TB, e *Engine, k *Key, s string, tags ...string) *Entry {
	t.Helper()
	n, why := begin(t, e, bg, k, Access{Tags: tags}).Commit(text(s))
	if why != "" {
		t.Fatalf("%q was not kept: %s", s, why)
	}
	return n
}

// begin is a render of k.
func begin(t testing.TB, e *Engine, ctx context.Context, k *Key, a Access) *Render {
	t.Helper()
	n, r := e.Start(ctx, k, a)
	if r == nil {
		t.Fatalf("there is %q; want a render", n.Payload)
	}
	return r
}

// found is what a lookup of k finds, "" for nothing.
func found(t testing.TB, e *Engine, k *Key) string {
	t.Helper()
	n, err := e.Find(bg, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	if n == nil || !n.Fresh(e.Now()) {
		return ""
	}
	return string(n.Payload)
}

// want compares what a lookup finds.
func want(t testing.TB, e *Engine, k *Key, s string) {
	t.Helper()
	if got := found(t, e, k); got != s {
		t.Errorf("found %q, want %q", got, s)
	}
}

func key(e *Engine, name string) *Key { return e.Key(plainFace, []byte(name)) }

// value makes a load that gives s.
func value(s string) func(context.Context) (Loaded, error) {
	return func(context.Context) (Loaded, error) {
		return Loaded{Payload: []byte(s), Life: Life{Fresh: minute}}, nil
	}
}
