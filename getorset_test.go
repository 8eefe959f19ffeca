package larder_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/dummystore"
)

var errLoad = errors.New("the database is down")

// never is a load that must not run.
func never[T any](t *testing.T) func(context.Context) (T, error) {
	return func(context.Context) (v T, err error) {
		t.Error("load ran")
		return v, nil
	}
}

// give is a load that gives v.
func give[T any](v T) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return v, nil }
}

func TestGetOrSetLoadsOnAMissOnly(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		check(t, "a miss", "made")(larder.GetOrSet(bg, c, "k", minute, give("made")))
		check(t, "a hit", "made")(larder.GetOrSet(bg, c, "k", minute, never[string](t)))
		check(t, "a miss of a struct", product{"tea", 1})(larder.GetOrSet(bg, c, "p", minute, give(product{"tea", 1})))
		check(t, "a hit of a struct", product{"tea", 1})(larder.GetOrSet(bg, c, "p", minute, never[product](t)))
		check(t, "a miss of a number", 5)(larder.GetOrSet(bg, c, "n", minute, give(5)))
		check(t, "Incr of it", int64(6))(c.Incr(bg, "n", 1))
		check(t, "a hit of a number", 6)(larder.GetOrSet(bg, c, "n", minute, never[int](t)))
		check[any](t, "a miss of nil", nil)(larder.GetOrSet(bg, c, "nil", minute, give[any](nil)))
		check[any](t, "a hit of nil", nil)(larder.GetOrSet(bg, c, "nil", minute, never[any](t)))
		check(t, "without a TTL", "x")(larder.GetOrSet(bg, c, "none", 0, give("x")))
		wantNone(t, c, "none")
		check(t, "not to be stored", "x")(larder.GetOrSet(bg, c, "none", minute, func(ctx context.Context) (string, error) {
			larder.NoStore(ctx)
			return "x", nil
		}))
		wantNone(t, c, "none")
	})
}

func TestGetOrSetLoadsOnceForMany(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		var loads atomic.Int32
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				check(t, "GetOrSet", "made")(larder.GetOrSet(bg, c, "k", minute, func(context.Context) (string, error) {
					loads.Add(1)
					time.Sleep(20 * time.Millisecond)
					return "made", nil
				}))
			})
		}
		wg.Wait()
		if loads.Load() != 1 {
			t.Errorf("%d loads, want 1", loads.Load())
		}
	})
}

func TestGetOrSetKeepsNoErrors(t *testing.T) {
	onEveryStore(t, func(t *testing.T, url string) {
		c := open(t, url)
		if v, err := larder.GetOrSet(bg, c, "k", minute, func(context.Context) (string, error) { return "half", errLoad }); v != "" || err != errLoad {
			t.Errorf("%q, %v; want the error of load as it is", v, err)
		}
		check(t, "afterwards", "made")(larder.GetOrSet(bg, c, "k", minute, give("made")))
	})
}

func TestGetOrSetGivesWhatCannotBeWritten(t *testing.T) {
	c := open(t, "")
	ch := make(chan int)
	v, err := larder.GetOrSet(bg, c, "k", minute, give(ch))
	if v != ch || err == nil {
		t.Errorf("%v, %v; want the value of load, and an error", v, err)
	}
	ctx, leave := context.WithCancel(bg)
	leaving := func(context.Context) (chan int, error) { leave(); return ch, nil }
	if _, err := larder.GetOrSet(ctx, c, "l", minute, leaving); err == nil {
		t.Error("no error")
	}
}

// broken is a store that fails.
type broken struct{ err error }

func (b broken) Get(context.Context, string) ([]byte, bool, error) { return nil, false, b.err }
func (b broken) Set(context.Context, string, []byte, time.Duration) error {
	return b.err
}
func (b broken) Delete(context.Context, string) (bool, error) { return false, b.err }

var errDown = errors.New("connection refused")

func TestACallerThatCancelsIsNoFailureOfTheStore(t *testing.T) {
	c := larder.New(broken{context.Canceled}, quiet)
	defer c.Close()
	for name, err := range map[string]error{
		"Get":     second(larder.Get[string](bg, c, "k")),
		"Set":     larder.Set(bg, c, "k", 1, minute),
		"GetMany": last(larder.GetMany[string](bg, c, []string{"k"})),
		"Has":     last(c.Has(bg, "k")),
	} {
		if errors.Is(err, larder.ErrStore) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v, want context.Canceled alone", name, err)
		}
	}
}

func TestADeadStoreCostsAnErrorAndNoValue(t *testing.T) {
	c := larder.New(broken{errDown}, quiet)
	defer c.Close()
	v, err := larder.GetOrSet(bg, c, "k", minute, give("made"))
	if v != "made" || !errors.Is(err, larder.ErrStore) || !errors.Is(err, errDown) {
		t.Errorf("%q, %v; want the value, and an error that is ErrStore", v, err)
	}
	v, err = larder.GetOrSet(bg, c, "k", minute, func(context.Context) (string, error) { return "", errLoad })
	if v != "" || err != errLoad {
		t.Errorf("%q, %v; want the error of load", v, err)
	}
	for name, err := range map[string]error{
		"Get":         second(larder.Get[string](bg, c, "k")),
		"Set":         larder.Set(bg, c, "k", "x", minute),
		"Set integer": larder.Set(bg, c, "k", 1, minute),
		"Add":         last(larder.Add(bg, c, "k", "x", minute)),
		"GetMany":     last(larder.GetMany[string](bg, c, []string{"k"})),
		"SetMany":     larder.SetMany(bg, c, map[string]string{"k": "x"}, minute),
		"Delete":      last(c.Delete(bg, "k")),
		"DeleteMany":  c.DeleteMany(bg, "k"),
		"Has":         last(c.Has(bg, "k")),
		"Touch":       last(c.Touch(bg, "k", minute)),
		"Incr":        last(c.Incr(bg, "k", 1)),
		"IncrVersion": last(c.IncrVersion(bg, "k")),
	} {
		if !errors.Is(err, larder.ErrStore) {
			t.Errorf("%s: %v, want ErrStore", name, err)
		}
	}
	if err := c.Invalidate(bg, "t"); err == nil {
		t.Error("Invalidate: no error")
	}
}

func second[A, B any](_ A, _ B, err error) error { return err }
func last[A any](_ A, err error) error           { return err }

func TestAClosedCacheSaysSo(t *testing.T) {
	c := open(t, "")
	set(t, c, "k", "x", minute)
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Fatal(err)
	}
	v, err := larder.GetOrSet(bg, c, "k", minute, give("made"))
	if v != "made" || !errors.Is(err, larder.ErrClosed) {
		t.Errorf("GetOrSet: %q, %v; want the value, and ErrClosed", v, err)
	}
	for name, err := range map[string]error{
		"Get":         second(larder.Get[string](bg, c, "k")),
		"Set":         larder.Set(bg, c, "k", "x", minute),
		"Set integer": larder.Set(bg, c, "k", 1, minute),
		"Add":         last(larder.Add(bg, c, "k", "x", minute)),
		"Add integer": last(larder.Add(bg, c, "k", 1, minute)),
		"GetMany":     last(larder.GetMany[string](bg, c, []string{"k"})),
		"SetMany":     larder.SetMany(bg, c, map[string]string{"k": "x"}, minute),
		"Delete":      last(c.Delete(bg, "k")),
		"Has":         last(c.Has(bg, "k")),
		"Touch":       last(c.Touch(bg, "k", minute)),
		"Incr":        last(c.Incr(bg, "k", 1)),
		"IncrVersion": last(c.IncrVersion(bg, "k")),
		"Invalidate":  c.Invalidate(bg, "t"),
		"Clear":       c.Clear(bg),
		"Purge":       c.Purge(bg, "http://shop.example/"),
	} {
		if !errors.Is(err, larder.ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
}

func TestAStoreThatKeepsNothing(t *testing.T) {
	c := larder.New(dummystore.New(), quiet)
	defer c.Close()
	for range 2 {
		check(t, "GetOrSet", "made")(larder.GetOrSet(bg, c, "k", minute, give("made")))
	}
	set(t, c, "k", "x", minute)
	wantNone(t, c, "k")
	check(t, "Add", true)(larder.Add(bg, c, "k", "x", minute, larder.Tags("t")))
	check(t, "Add of an integer", true)(larder.Add(bg, c, "k", 1, minute))
	check(t, "Touch", false)(c.Touch(bg, "k", minute))
	if _, err := c.Incr(bg, "k", 1); !errors.Is(err, larder.ErrNotFound) {
		t.Errorf("Incr: %v", err)
	}
}

func TestStaleWhileRevalidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := open(t, "")
		defer c.Close()
		swr := larder.StaleWhileRevalidate(minute)
		check(t, "a miss", "old")(larder.GetOrSet(bg, c, "k", minute, give("old"), swr))
		time.Sleep(minute)
		check(t, "a stale hit", "old")(larder.GetOrSet(bg, c, "k", minute, give("new"), swr))
		synctest.Wait()
		check(t, "a hit", "new")(larder.GetOrSet(bg, c, "k", minute, never[string](t), swr))
		time.Sleep(2 * minute)
		check(t, "a miss after the window", "newest")(larder.GetOrSet(bg, c, "k", minute, give("newest"), swr))
	})
}

func TestSoftInvalidationShowsWhatIsStale(t *testing.T) {
	c := open(t, "")
	swr := larder.StaleWhileRevalidate(minute)
	check(t, "a miss", "old")(larder.GetOrSet(bg, c, "k", minute, give("old"), swr, larder.Tags("t")))
	if err := c.InvalidateSoft(bg, "t"); err != nil {
		t.Fatal(err)
	}
	wantNone(t, c, "k") // Get gives nothing stale
	made := make(chan bool)
	check(t, "a stale hit", "old")(larder.GetOrSet(bg, c, "k", minute, func(context.Context) (string, error) {
		defer close(made)
		return "new", nil
	}, swr, larder.Tags("t")))
	<-made
}

// loud is a codec of an app's own.
type loud struct{}

func (loud) Encode(v any) ([]byte, error) { return fmt.Append(nil, v, "!"), nil }
func (loud) Decode(b []byte, into any) error {
	*into.(*float64) = float64(len(b))
	return nil
}

func TestWithCodec(t *testing.T) {
	c := open(t, "", larder.WithCodec(loud{}))
	set(t, c, "k", 1.5, minute)
	want(t, c, "k", 4.0) // the length of "1.5!"
	set(t, c, "text", "as it is", minute)
	want(t, c, "text", "as it is")
}

func TestTagsLimitsAndRefusalsClimb(t *testing.T) {
	now := time.Now()
	c := open(t, "", larder.WithClock(func() time.Time { return now }))
	outer := func() {
		larder.GetOrSet(bg, c, "outer", time.Hour, func(ctx context.Context) (string, error) {
			return larder.GetOrSet(ctx, c, "inner", time.Hour, func(ctx context.Context) (string, error) {
				larder.MaxTTL(ctx, minute)
				return "x", nil
			}, larder.Tags("t"))
		})
	}
	outer()
	want(t, c, "outer", "x")
	if err := c.Invalidate(bg, "t"); err != nil {
		t.Fatal(err)
	}
	wantNone(t, c, "outer")
	outer()
	now = now.Add(minute)
	wantNone(t, c, "outer")
}

func TestGetOrSetLeavesWithItsCaller(t *testing.T) {
	c := open(t, "")
	ctx, leave := context.WithCancelCause(bg)
	errGone, release, kept := errors.New("gone"), make(chan bool), make(chan bool)
	_, err := larder.GetOrSet(ctx, c, "k", minute, func(ctx context.Context) (string, error) {
		leave(errGone)
		<-release
		return "made all the same", ctx.Err()
	})
	if !errors.Is(err, errGone) {
		t.Errorf("error %v", err)
	}
	go func() {
		check(t, "a follower", "made all the same")(larder.GetOrSet(bg, c, "k", minute, never[string](t)))
		close(kept)
	}()
	time.Sleep(time.Millisecond) // the follower is there; if not, it finds the value instead
	close(release)
	<-kept
}

// counting counts what reaches a store.
type counting struct {
	store.Store
	mu   sync.Mutex
	keys []int
}

func (s *counting) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append(s.keys, len(keys))
	return store.GetMany(ctx, s.Store, keys)
}

func TestAHitIsOneRoundTrip(t *testing.T) {
	s := &counting{Store: openStore(t)}
	c := larder.New(s, quiet)
	defer c.Close()
	set(t, c, "k", "x", minute, larder.Tags("a", "b"))
	s.keys = nil
	want(t, c, "k", "x")
	if !slices.Equal(s.keys, []int{4}) {
		t.Errorf("reads of %v keys, want one of 4: entry, root and two marks", s.keys)
	}
}
