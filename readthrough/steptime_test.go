package readthrough

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/store"
)

// frozen is a store that answers nothing. Its own calls have a limit, if not
// zero, as those of a server's client have.
type frozen struct{ limit time.Duration }

func (f frozen) Timeout() time.Duration { return f.limit }

func (f frozen) wait(ctx context.Context) error {
	var limit <-chan time.Time
	if f.limit > 0 {
		limit = time.After(f.limit)
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-limit:
		return errDown
	}
}

func (f frozen) Get(ctx context.Context, _ string) ([]byte, bool, error) {
	return nil, false, f.wait(ctx)
}
func (f frozen) Set(ctx context.Context, _ string, _ []byte, _ time.Duration) error {
	return f.wait(ctx)
}
func (f frozen) Delete(ctx context.Context, _ string) (bool, error) { return false, f.wait(ctx) }

func (f frozen) Incr(ctx context.Context, _ string, _ int64) (int64, error) { return 0, f.wait(ctx) }

func (f frozen) Swap(ctx context.Context, _ string, _, _ []byte, _ time.Duration) (bool, error) {
	return false, f.wait(ctx)
}

// thaws is frozen for everything but the reading of records.
type thaws struct {
	frozen
	*shelf
}

func (s thaws) Get(ctx context.Context, key string) ([]byte, bool, error) {
	return s.shelf.Get(ctx, key)
}
func (s thaws) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	return s.frozen.Set(ctx, key, value, ttl)
}
func (s thaws) Delete(ctx context.Context, key string) (bool, error) {
	return s.frozen.Delete(ctx, key)
}
func (s thaws) Incr(ctx context.Context, key string, delta int64) (int64, error) {
	return s.frozen.Incr(ctx, key, delta)
}
func (s thaws) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (bool, error) {
	return s.frozen.Swap(ctx, key, old, new, ttl)
}
func (s thaws) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	return s.frozen.Swap(ctx, key, nil, value, ttl)
}
func (s thaws) Touch(ctx context.Context, _ string, _ time.Duration) (bool, error) {
	return false, s.frozen.wait(ctx)
}

// However long a store may take by its own rules, nobody waits for more than the
// engine's timeout at one step.
func TestNoStepTakesLongerThanTheTimeout(t *testing.T) {
	const timeout = 100 * time.Millisecond
	for limits, limit := range map[string]time.Duration{"a store without a limit": 0, "a store with a longer limit": time.Hour} {
		for what, c := range map[string]struct {
			steps int
			ask   func(e *Engine) error
		}{
			"Find":     {1, func(e *Engine) error { _, err := e.Find(bg, rooted(e, "number"), nil); return err }},
			"FindMany": {1, func(e *Engine) error { _, err := e.FindMany(bg, []*Key{rooted(e, "number")}); return err }},
			"PutBare":  {1, func(e *Engine) error { return e.PutBare(bg, rooted(e, "number"), []byte("1"), minute) }},
			"AddBare":  {1, func(e *Engine) error { _, err := e.AddBare(bg, rooted(e, "new"), []byte("1"), minute); return err }},
			"Add":      {2, func(e *Engine) error { _, err := e.Add(bg, rooted(e, "new"), Access{}, text("x")); return err }},
			"Incr":     {1, func(e *Engine) error { _, err := e.Incr(bg, rooted(e, "number"), 1); return err }},
			"Touch":    {1, func(e *Engine) error { _, err := e.Touch(bg, rooted(e, "number"), Life{Fresh: minute}); return err }},
			"Delete":   {2, func(e *Engine) error { _, err := e.Delete(bg, rooted(e, "number")); return err }},
		} {
			t.Run(limits+"/"+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					shelf := newShelf()
					before := engine(t, shelf, Options{})
					if err := before.PutBare(bg, rooted(before, "number"), []byte("1"), minute); err != nil {
						t.Fatal(err)
					}
					var s store.Store = thaws{frozen{limit}, shelf}
					if what == "Find" || what == "FindMany" {
						s = frozen{limit}
					}
					began := time.Now()
					err := c.ask(engine(t, s, Options{Timeout: timeout}))
					if took := time.Since(began); took > time.Duration(c.steps)*timeout || !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("after %v: %v", took, err)
					}
				})
			})
		}
	}
}

// nearFrozen keeps copies of what it does not give.
type nearFrozen struct{ frozen }

func (nearFrozen) Near() (int64, time.Duration) { return 1 << 20, time.Millisecond }

// One reads the pulse for all. If it cannot be read they do not try one after
// the other.
func TestThoseWhoWantThePulseTakeNoLongerThanTheTimeout(t *testing.T) {
	const limit = 100 * time.Millisecond
	e := engine(t, nearFrozen{frozen{limit}}, Options{Timeout: 2 * limit})
	var crowd sync.WaitGroup
	for range breakerFailures {
		crowd.Go(func() {
			began := time.Now()
			_, err := e.Find(bg, key(e, "k"), nil)
			if took := time.Since(began); took > 3*limit || err == nil {
				t.Errorf("after %v: %v", took, err)
			}
		})
	}
	crowd.Wait()
}
