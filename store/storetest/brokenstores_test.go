package storetest_test

import (
	"context"
	"errors"
	"iter"
	"runtime"
	"strings"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/dummystore"
)

type keepsSlice struct{ *full }

func (s *keepsSlice) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if err := s.full.Set(ctx, key, value, ttl); err != nil || ttl <= 0 {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	e.value = value
	s.entries[key] = e
	return nil
}

type changedTTL struct {
	*full
	change func(time.Duration) time.Duration
}

func (s *changedTTL) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if ttl > 0 {
		ttl = s.change(ttl)
	}
	return s.full.Set(ctx, key, value, ttl)
}

type keepsExpired struct{ *full }

func (s *keepsExpired) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if ttl == 0 {
		ttl = store.Forever
	}
	return s.full.Set(ctx, key, value, ttl)
}

type racyAdd struct{ *full }

func (s *racyAdd) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	_, found, err := s.Get(ctx, key)
	if found || err != nil {
		return false, err
	}
	runtime.Gosched()
	return true, s.Set(ctx, key, value, ttl)
}

type racySwap struct{ *full }

func (s *racySwap) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (bool, error) {
	value, found, err := s.Get(ctx, key)
	if err != nil || found != (old != nil) || string(value) != string(old) {
		return false, err
	}
	runtime.Gosched()
	if new == nil {
		ttl = 0
	}
	return true, s.Set(ctx, key, new, ttl)
}

type blindSwap struct{ *full }

func (s *blindSwap) Swap(ctx context.Context, key string, _, new []byte, ttl time.Duration) (bool, error) {
	if new == nil {
		ttl = 0
	}
	return true, s.Set(ctx, key, new, ttl)
}

type emptySwap struct{ *full }

func (s *emptySwap) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (bool, error) {
	if len(old) == 0 {
		old = nil
	}
	return s.full.Swap(ctx, key, old, new, ttl)
}

type creatingIncr struct{ *full }

func (s *creatingIncr) Incr(ctx context.Context, key string, delta int64) (int64, error) {
	if _, err := s.Add(ctx, key, []byte("0"), store.Forever); err != nil {
		return 0, err
	}
	return s.full.Incr(ctx, key, delta)
}

type racyIncr struct{ *full }

func (s *racyIncr) Incr(ctx context.Context, key string, delta int64) (int64, error) {
	before, _, _ := s.Get(ctx, key)
	sum, err := s.full.Incr(ctx, key, delta)
	if err != nil {
		return 0, err
	}
	after, _, _ := s.Get(ctx, key)
	runtime.Gosched()
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	e.value = after
	if string(before) != string(after) {
		s.entries[key] = e
	}
	return sum, nil
}

type foreverIncr struct{ *full }

func (s *foreverIncr) Incr(ctx context.Context, key string, delta int64) (int64, error) {
	sum, err := s.full.Incr(ctx, key, delta)
	if err == nil {
		_, err = s.Touch(ctx, key, store.Forever)
	}
	return sum, err
}

type losesEmpty struct{ *full }

func (s *losesEmpty) Get(ctx context.Context, key string) ([]byte, bool, error) {
	value, _, err := s.full.Get(ctx, key)
	return value, len(value) > 0, err
}

type nilForEmpty struct{ *full }

func (s *nilForEmpty) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	values, err := s.full.GetMany(ctx, keys)
	for i, value := range values {
		if len(value) == 0 {
			values[i] = nil
		}
	}
	return values, err
}

type misaligned struct{ *full }

func (s *misaligned) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	values, err := s.full.GetMany(ctx, keys)
	var found [][]byte
	for _, value := range values {
		if value != nil {
			found = append(found, value)
		}
	}
	return found, err
}

type ignoresContext struct{ *full }

func (s *ignoresContext) Get(_ context.Context, key string) ([]byte, bool, error) {
	return s.full.Get(context.Background(), key)
}

type deletesAll struct{ *full }

func (s *deletesAll) Delete(ctx context.Context, key string) (bool, error) {
	_, err := s.full.Delete(ctx, key)
	return err == nil, err
}

type foldsKeys struct{ *full }

func (s *foldsKeys) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return s.full.Set(ctx, strings.ToLower(key), value, ttl)
}

func (s *foldsKeys) Get(ctx context.Context, key string) ([]byte, bool, error) {
	return s.full.Get(ctx, strings.ToLower(key))
}

func (s *foldsKeys) Delete(ctx context.Context, key string) (bool, error) {
	return s.full.Delete(ctx, strings.ToLower(key))
}

type cutsKeys struct{ *full }

func (s *cutsKeys) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return s.full.Set(ctx, key[:min(len(key), 250)], value, ttl)
}

func (s *cutsKeys) Get(ctx context.Context, key string) ([]byte, bool, error) {
	return s.full.Get(ctx, key[:min(len(key), 250)])
}

func (s *cutsKeys) Delete(ctx context.Context, key string) (bool, error) {
	return s.full.Delete(ctx, key[:min(len(key), 250)])
}

const cut = 1 << 20

type cutsValues struct{ *full }

func (s *cutsValues) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return s.full.Set(ctx, key, value[:min(len(value), cut)], ttl)
}

type keepsOld struct{ *full }

func (s *keepsOld) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	if len(value) > cut {
		return store.ErrTooLarge
	}
	return s.full.Set(ctx, key, value, ttl)
}

type clearsAll struct{ *full }

func (s *clearsAll) Clear(ctx context.Context, _ string) error { return s.full.Clear(ctx, "") }

type listsPattern struct{ *full }

func (s *listsPattern) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	before, _, _ := strings.Cut(prefix, "*")
	return s.full.Keys(ctx, before)
}

type creatingTouch struct{ *full }

func (s *creatingTouch) Touch(ctx context.Context, key string, ttl time.Duration) (bool, error) {
	value, _, err := s.Get(ctx, key)
	if err != nil {
		return false, err
	}
	return true, s.Set(ctx, key, value, ttl)
}

type backwards struct{ *full }

func (s *backwards) Batch(ctx context.Context, ops []store.Op) error {
	for i := range ops {
		last := len(ops) - 1 - i
		if err := s.full.Batch(ctx, ops[last:last+1]); err != nil {
			return err
		}
	}
	return ctx.Err()
}

type closesOnce struct {
	*full
	closed bool
}

func (s *closesOnce) Close() error {
	if s.closed {
		return errors.New("already closed")
	}
	s.closed = true
	return nil
}

type claimsToForget struct{ *full }

func (*claimsToForget) Forgets() bool { return true }

type refusesAll struct{ dummystore.Store }

func (*refusesAll) Add(ctx context.Context, _ string, _ []byte, _ time.Duration) (bool, error) {
	return false, ctx.Err()
}
