package exact_test

import (
	"context"
	"strings"
	"testing"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
	"github.com/larder-go/larder/store/redisstore"
)

// The runs can fail: each of these breaks one rule that the cache stands on,
// and readers get what they must not get.
func TestABrokenRuleShows(t *testing.T) {
	tests := []struct {
		name  string
		does  func(m *mutant, ctx context.Context, ops []store.Op) error
		wrong kind
	}{
		{"a deleted mark comes back", restoring('M'), byTag},
		{"a deleted index comes back", restoring('I'), byURL},
		{"the pulse stands still", withoutSetting('G'), byTag},
		{"Clear leaves the root as it was", withoutSetting('P'), byClear},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			url := "redis://" + servertest.Redis(t).Addr()
			mutate := func(s store.Store) store.Store { return &mutant{s.(*redisstore.Store), test.does} }
			mustGoWrong(t, url, test.wrong, mutate)
		})
	}
	t.Run("two caches on one memory have clocks of their own", func(t *testing.T) {
		mustGoWrong(t, "memory://mutant", byTag, func(s store.Store) store.Store { return &forked{s.(*memstore.Store), map[string]any{}} })
	})
	t.Run("an older memory is trusted", func(t *testing.T) {
		srv := servertest.Redis(t)
		r := mutated(t, "redis://"+srv.Addr()+"?restart=trust", func(s store.Store) store.Store { return s })
		r.warmUp()
		servertest.Do(t, srv, "SAVE")
		versions := r.db.versions()
		r.await("much has changed", func() bool { return r.db.versions() > versions+200 })
		r.restartInACalm(srv)
		r.await("an answer is wrong", func() bool { return r.wrong(byClear)+r.wrong(byTag)+r.wrong(byURL) > 0 })
	})
}

// mustGoWrong waits for a wrong answer about a row of some kind.
func mustGoWrong(t *testing.T, url string, k kind, mutate func(store.Store) store.Store) {
	t.Helper()
	r := mutated(t, url, mutate)
	r.await("an answer is wrong", func() bool { return r.wrong(k) > 0 })
}

// mutated starts a run of two caches in this process on mutated stores.
func mutated(t *testing.T, url string, mutate func(store.Store) store.Store) *run {
	t.Helper()
	db, _ := createRows(t)
	r := &run{t: t, db: db}
	for range 2 {
		r.employ(func() (store.Store, error) {
			s, err := store.Open(context.Background(), url)
			if err != nil {
				return nil, err
			}
			return mutate(s), nil
		})
	}
	r.start(false)
	return r
}

func (r *run) wrong(k kind) (n int64) {
	for _, w := range r.workers {
		n += w.wrong[k].Load()
	}
	return n
}

// mutant is a Redis that takes some steps otherwise than it was told.
type mutant struct {
	*redisstore.Store
	does func(m *mutant, ctx context.Context, ops []store.Op) error
}

// Batch implements store.Batcher.
func (m *mutant) Batch(ctx context.Context, ops []store.Op) error { return m.does(m, ctx, ops) }

// holds reports whether key is that of a record of the kind with this letter.
func holds(key string, letter byte) bool {
	_, rest, _ := strings.Cut(key, ":")
	return rest != "" && rest[0] == letter
}

// restoring brings back what was deleted.
func restoring(letter byte) func(*mutant, context.Context, []store.Op) error {
	return func(m *mutant, ctx context.Context, ops []store.Op) error {
		deleted := map[string][]byte{}
		for _, op := range ops {
			if op.Do == store.OpDelete && holds(op.Key, letter) {
				deleted[op.Key], _, _ = m.Get(ctx, op.Key)
			}
		}
		err := m.Store.Batch(ctx, ops)
		for key, value := range deleted {
			if value != nil {
				_ = m.Set(ctx, key, value, store.Forever)
			}
		}
		return err
	}
}

// withoutSetting leaves out what would replace a record.
func withoutSetting(letter byte) func(*mutant, context.Context, []store.Op) error {
	return func(m *mutant, ctx context.Context, ops []store.Op) error {
		var rest []store.Op
		var at []int
		for i, op := range ops {
			if op.Do != store.OpSet || !holds(op.Key, letter) {
				rest, at = append(rest, op), append(at, i)
			}
		}
		err := m.Store.Batch(ctx, rest)
		for n, i := range at {
			ops[i] = rest[n]
		}
		return err
	}
}

// forked is a memory whose state beside its content is not shared.
type forked struct {
	*memstore.Store
	slots map[string]any
}

// Slot implements store.Local.
func (f *forked) Slot(name string, build func() any) any {
	if f.slots[name] == nil {
		f.slots[name] = build()
	}
	return f.slots[name]
}
