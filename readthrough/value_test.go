package readthrough

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

func rooted(e *Engine, name string) *Key { return e.Key(rootedFace, []byte(name)) }

func TestPutIsSeenAtOnce(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e, other := engine(t, s, Options{}), engine(t, s, Options{})
		for _, v := range []string{"a", "b", "", "\x00\xff"} {
			if err := e.Put(bg, rooted(e, "k"), Access{}, text(v)); err != nil {
				t.Fatal(err)
			}
			for range 40 {
				want(t, e, rooted(e, "k"), v)
				want(t, other, rooted(other, "k"), v)
			}
		}
		if existed, err := other.Delete(bg, rooted(other, "k")); !existed || err != nil {
			t.Errorf("Delete: %t, %v", existed, err)
		}
		for range 40 {
			if n, _ := e.Find(bg, rooted(e, "k"), nil); n != nil {
				t.Fatal("deleted elsewhere, and found here")
			}
		}
		if existed, err := e.Delete(bg, rooted(e, "k")); existed || err != nil {
			t.Errorf("Delete of what is gone: %t, %v", existed, err)
		}
	})
}

func TestCountingIsSeenAtOnce(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e, other := engine(t, s, Options{}), engine(t, s, Options{})
		n := rooted(e, "n")
		if _, err := e.Incr(bg, n, 1); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("Incr of nothing: %v", err)
		}
		e.Do(bg, n, Access{}, func(context.Context) (Loaded, error) { return integer, nil })
		for i, text := range []string{"43", "44", "45"} {
			if sum, err := other.Incr(bg, rooted(other, "n"), 1); sum != int64(43+i) || err != nil {
				t.Errorf("Incr: %d, %v", sum, err)
			}
			for range 40 {
				want(t, e, n, text)
			}
		}
		if err := e.Put(bg, n, tagged, text("1")); err != nil {
			t.Fatal(err)
		}
		if _, err := e.Incr(bg, n, 1); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Incr of a tagged integer: %v", err)
		}
		if err := e.PutBare(bg, n, []byte("1"), 0); err != nil {
			t.Fatal(err)
		}
		want(t, e, n, "")
	})
}

func TestPutHasTheStampOfTheRenderAround(t *testing.T) {
	for name, target := range map[string]Target{"tag": hard, "clear": wipe} {
		t.Run(name, func(t *testing.T) {
			onBothForms(t, func(t *testing.T, s store.Store) {
				e := engine(t, s, Options{})
				k := rooted(e, "k")
				if err := e.Put(bg, k, tagged, text("before")); err != nil {
					t.Fatal(err)
				}
				r := begin(t, e, bg, key(e, "page"), Access{})
				if err := e.Invalidate(bg, target); err != nil {
					t.Fatal(err)
				}
				if err := e.Put(r.Context(), k, tagged, text("from rows of before")); err != nil {
					t.Fatal(err)
				}
				want(t, e, k, "")
				r.Abort("")
				if err := e.Put(bg, k, tagged, text("after")); err != nil {
					t.Fatal(err)
				}
				want(t, e, k, "after")
			})
		})
	}
}

func TestAddKeepsWhatCounts(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		now := time.Unix(1e9, 0)
		e := engine(t, s, Options{Now: func() time.Time { return now }})
		k := rooted(e, "k")
		add := func(v string, want bool) {
			t.Helper()
			if added, err := e.Add(bg, k, tagged, text(v)); added != want || err != nil {
				t.Errorf("Add(%q): %t, %v; want %t", v, added, err, want)
			}
		}
		add("first", true)
		add("second", false)
		want(t, e, k, "first")
		if err := e.Invalidate(bg, hard); err != nil {
			t.Fatal(err)
		}
		add("third", true) // over the dead one
		want(t, e, k, "third")
		now = now.Add(minute)
		add("fourth", true) // over the expired one
		want(t, e, k, "fourth")
		if added, err := e.Add(bg, rooted(e, "none"), Access{}, Product{}); !added || err != nil {
			t.Errorf("Add without a life: %t, %v; want true", added, err)
		}
		want(t, e, rooted(e, "none"), "")
		if added, err := e.AddBare(bg, rooted(e, "n"), []byte("1"), minute); !added || err != nil {
			t.Errorf("AddBare: %t, %v", added, err)
		}
		if added, err := e.AddBare(bg, rooted(e, "n"), []byte("2"), minute); added || err != nil {
			t.Errorf("AddBare again: %t, %v", added, err)
		}
		want(t, e, rooted(e, "n"), "1")
	})
}

// A value that misses a tag would outlive what the tag is about.
func TestWhatHasTooManyTagsIsNotKept(t *testing.T) {
	var many []string
	for i := range MaxTags + 1 {
		many = append(many, fmt.Sprint(i))
	}
	for name, tags := range map[string][]string{"one too many": many, "one too long": {strings.Repeat("x", maxTagLength+1)}} {
		t.Run(name, func(t *testing.T) {
			onBothForms(t, func(t *testing.T, s store.Store) {
				e := engine(t, s, Options{})
				k, a := rooted(e, "k"), Access{Tags: tags}
				if added, err := e.Add(bg, k, a, text("x")); added || !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("Add: %t, %v", added, err)
				}
				if err := e.Put(bg, k, a, text("x")); !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("Put: %v", err)
				}
				want(t, e, k, "")
			})
		})
	}
}

func TestAddHasTheStampOfTheRenderAround(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		k := rooted(e, "k")
		r := begin(t, e, bg, key(e, "page"), Access{})
		defer r.Abort("")
		if err := e.Invalidate(bg, hard); err != nil {
			t.Fatal(err)
		}
		if added, err := e.Add(r.Context(), k, tagged, text("from rows of before")); !added || err != nil {
			t.Errorf("Add: %t, %v; want it added, and gone", added, err)
		}
		want(t, e, k, "")
	})
}

func TestTouchGivesANewLife(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		now := time.Unix(1e9, 0)
		e := engine(t, s, Options{Now: func() time.Time { return now }})
		k := rooted(e, "k")
		touch := func(life Life, want bool) {
			t.Helper()
			if existed, err := e.Touch(bg, k, life); existed != want || err != nil {
				t.Errorf("Touch: %t, %v; want %t", existed, err, want)
			}
		}
		touch(Life{Fresh: minute}, false)
		if err := e.Put(bg, k, tagged, text("x")); err != nil {
			t.Fatal(err)
		}
		touch(Life{Fresh: minute}, true) // the same life once more
		now = now.Add(minute - 1)
		touch(Life{Fresh: minute}, true)
		now = now.Add(minute - 1)
		want(t, e, k, "x")
		if err := e.Invalidate(bg, hard); err != nil {
			t.Fatal(err)
		}
		touch(Life{Fresh: minute}, false)
		if err := e.PutBare(bg, k, []byte("1"), minute); err != nil {
			t.Fatal(err)
		}
		touch(Life{Fresh: minute}, true)
		want(t, e, k, "1")
		touch(Life{}, true)
		want(t, e, k, "")
	})
}

func TestTouchKeepsTheWindowAndTheLimit(t *testing.T) {
	for name, c := range map[string]struct {
		limit              time.Duration // by MaxTTL
		fresh, stale, gone time.Duration // from the Touch, for two minutes, on
	}{
		"no limit":                {fresh: 2*minute - 1, stale: 3*minute - 1, gone: 3 * minute},
		"a limit in the window":   {limit: 150 * time.Second, fresh: 2*minute - 1, stale: 150*time.Second - 1, gone: 150 * time.Second},
		"a limit before the time": {limit: 30 * time.Second, fresh: 30*time.Second - 1, stale: 30*time.Second - 1, gone: 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			onBothForms(t, func(t *testing.T, s store.Store) {
				now := time.Unix(1e9, 0)
				e := engine(t, s, Options{Now: func() time.Time { return now }})
				k := rooted(e, "k")
				e.Do(bg, k, Access{}, func(ctx context.Context) (Loaded, error) {
					if c.limit != 0 {
						MaxTTL(ctx, c.limit)
					}
					return Loaded{Payload: []byte("x"), Life: Life{Fresh: 10 * time.Second, StaleWhileRevalidate: minute}}, nil
				})
				if ok, err := e.Touch(bg, k, Life{Fresh: 2 * minute}); !ok || err != nil {
					t.Fatalf("Touch: %t, %v", ok, err)
				}
				n, err := e.Find(bg, k, nil)
				if n == nil || err != nil {
					t.Fatalf("Find: %v, %v", n, err)
				}
				at := func(d time.Duration) int64 { return now.Add(d).UnixNano() }
				if !n.Fresh(at(c.fresh)) || !n.Stale(at(c.stale)) || n.Stale(at(c.gone)) {
					t.Errorf("fresh for %v, stale for %v", time.Duration(n.FreshUntil-at(0)), time.Duration(n.StaleUntil-at(0)))
				}
			})
		})
	}
}

func TestAClearReachesWhatIsBeingLoaded(t *testing.T) {
	for name, l := range map[string]Loaded{"a value": answer, "an integer": integer} {
		t.Run(name, func(t *testing.T) {
			onBothForms(t, func(t *testing.T, s store.Store) {
				e := engine(t, s, Options{})
				b, err, _ := e.Do(bg, rooted(e, "k"), Access{}, func(context.Context) (Loaded, error) {
					return l, e.Invalidate(bg, wipe)
				})
				if string(b) != string(l.Payload) || err != nil {
					t.Errorf("%q, %v", b, err)
				}
				want(t, e, rooted(e, "k"), "")
			})
		})
	}
}

func TestTheErrorsOfAStoreAreToldByValues(t *testing.T) {
	s := newShelf()
	e := engine(t, s, Options{})
	k := rooted(e, "k")
	if err := e.Put(bg, k, Access{}, text("x")); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(bg)
	cancel()
	if err := e.Put(cancelled, k, Access{}, text("y")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put under a context that is over: %v", err)
	}
	want(t, e, k, "x")
	s.fail = tooLarge
	if err := e.Put(bg, k, Access{}, text("y")); !errors.Is(err, store.ErrTooLarge) {
		t.Errorf("Put of something too large: %v", err)
	}
	s.breakDown(errDown)
	for name, ask := range map[string]func() error{
		"Put":     func() error { return e.Put(bg, k, Access{}, text("y")) },
		"PutBare": func() error { return e.PutBare(bg, k, []byte("1"), minute) },
		"Add":     func() error { _, err := e.Add(bg, k, Access{}, text("y")); return err },
		"AddBare": func() error { _, err := e.AddBare(bg, k, []byte("1"), minute); return err },
		"Delete":  func() error { _, err := e.Delete(bg, k); return err },
		"Touch":   func() error { _, err := e.Touch(bg, k, Life{Fresh: 1}); return err },
		"Incr":    func() error { _, err := e.Incr(bg, k, 1); return err },
	} {
		if ask() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestAfterCloseNothingIsFoundOrKept(t *testing.T) {
	s := memstore.New(memstore.Options{})
	defer s.Close()
	e := New(s, Options{Logger: quiet})
	k := rooted(e, "k")
	keep(t, e, k, "x")
	r := begin(t, e, bg, rooted(e, "open"), Access{})
	if err := e.Shutdown(bg); err != nil || !e.Closed() {
		t.Fatalf("Shutdown: %v", err)
	}
	if n, why := r.Commit(text("x")); n != nil || why != "closed" {
		t.Errorf("kept, or not because of %q", why)
	}
	if r := e.TryLead(bg, k, Access{}); r != nil {
		t.Error("TryLead gave a render")
	}
	if n, r := e.Start(bg, k, Access{}); n != nil || r == nil || r.Why() != "closed" {
		t.Error("Start does not say closed")
	}
	if b, err, storeErr := e.Do(bg, k, Access{}, value("y")); string(b) != "y" || err != nil || !errors.Is(storeErr, ErrClosed) {
		t.Errorf("Do: %q, %v, %v", b, err, storeErr)
	}
	for name, ask := range map[string]func() error{
		"Find":       func() error { _, err := e.Find(bg, k, nil); return err },
		"FindMany":   func() error { _, err := e.FindMany(bg, []*Key{k}); return err },
		"Put":        func() error { return e.Put(bg, k, Access{}, text("y")) },
		"Add":        func() error { _, err := e.Add(bg, k, Access{}, text("y")); return err },
		"Touch":      func() error { _, err := e.Touch(bg, k, Life{Fresh: 1}); return err },
		"Delete":     func() error { _, err := e.Delete(bg, k); return err },
		"Incr":       func() error { _, err := e.Incr(bg, k, 1); return err },
		"Invalidate": func() error { return e.Invalidate(bg, hard) },
	} {
		if err := ask(); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v, want ErrClosed", name, err)
		}
	}
}

func TestARootThatDoesNotDecodeIsMadeAnewByValues(t *testing.T) {
	s := newShelf()
	e := engine(t, s, Options{})
	s.data[e.marks.(*sharedMarks).roots[0]] = []byte("rubbish")
	if err := e.PutBare(bg, rooted(e, "n"), []byte("1"), minute); err != nil {
		t.Fatal(err)
	}
	want(t, e, rooted(e, "n"), "1")
}

func TestAnIntegerEndsWhenTheStoreSaysSo(t *testing.T) {
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(1e9, now.Load()) }
	s := memstore.New(memstore.Options{Clock: clock})
	defer s.Close()
	e := engine(t, s, Options{Now: clock})
	n := rooted(e, "n")
	e.Do(bg, n, Access{}, func(context.Context) (Loaded, error) { return integer, nil })
	for range 40 {
		want(t, e, n, "42")
	}
	if existed, err := e.Touch(bg, n, Life{Fresh: 2 * minute}); !existed || err != nil {
		t.Fatalf("Touch: %t, %v", existed, err)
	}
	now.Add(int64(2*minute - 1))
	want(t, e, n, "42")
	now.Add(1)
	for range 40 {
		want(t, e, n, "")
	}
}

func TestAValueEndsWithItsLife(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		now := time.Unix(1e9, 0)
		e := engine(t, s, Options{Now: func() time.Time { return now }})
		k := rooted(e, "k")
		e.Do(bg, k, Access{}, value("x"))
		for range 40 {
			want(t, e, k, "x")
		}
		now = now.Add(minute - 1)
		want(t, e, k, "x")
		now = now.Add(1)
		want(t, e, k, "")
	})
}
