package exact_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memcachestore"
)

// Memcached has many copies of what a Clear changes, and they change one after
// the other. A page that begins under a new copy must not be kept for good if
// it shows a fragment that an old one still vouches for.
func TestPagesMadeWhileTheCopiesOfTheRootChange(t *testing.T) {
	s, err := store.Open(t.Context(), "memcached://"+servertest.Memcached(t).Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close(s) })
	slow := &stepwise{Store: s.(*memcachestore.Store)}
	db, _ := createRows(t)
	w := newWorker(newSite(db, larder.New(slow, quiet)))
	t.Cleanup(func() { _ = w.cache.Close() })
	visitAll := func() {
		for i := range tagged {
			w.get(context.Background(), fmt.Sprintf("http://%s/nested/%d", host, firstTag+i))
		}
	}
	visitAll()
	slow.between = visitAll
	clear := func(ctx context.Context) error { return w.cache.Clear(context.WithValue(ctx, stepKey{}, true)) }
	w.change(clear, false, everything)
	least := w.floors()
	for i := range tagged {
		a := w.get(context.Background(), fmt.Sprintf("http://%s/nested/%d", host, firstTag+i))
		w.judge(&a, &least)
	}
	f := w.figures()
	if f.allWrong() > 0 || f.Broken > 0 || f.Failed > 0 || slow.steps < 32 {
		t.Errorf("%d of %d pages are older than the Clear, %d are none, %d steps: %q", f.allWrong(), tagged, f.Broken, slow.steps, f.Examples)
	}
}

// stepKey marks the call that is taken step by step.
type stepKey struct{}

// stepwise is a store that lets others do something after each step of a call.
type stepwise struct {
	*memcachestore.Store
	between func()
	steps   int
}

// Batch implements store.Batcher.
func (s *stepwise) Batch(ctx context.Context, ops []store.Op) error {
	if ctx.Value(stepKey{}) == nil {
		return store.Batch(ctx, s.Store, ops)
	}
	for i := range ops {
		if err := store.Batch(ctx, s.Store, ops[i:i+1]); err != nil {
			return err
		}
		s.steps++
		s.between()
	}
	return nil
}
