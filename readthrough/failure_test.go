package readthrough

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/store"
)

var errDown = errors.New("connection refused")

func TestAFailingStoreIsAMiss(t *testing.T) {
	for name, down := range map[string]error{"an error": errDown, "a timeout": context.DeadlineExceeded} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			e := engine(t, s, Options{})
			keep(t, e, key(e, "k"), "kept")
			s.breakDown(down)
			if n, err := e.Find(bg, key(e, "k"), nil); n != nil || !errors.Is(err, down) {
				t.Errorf("Find gave %v, %v", n, err)
			}
			b, err, storeErr := e.Do(bg, key(e, "k"), Access{}, value("rendered"))
			if string(b) != "rendered" || err != nil || storeErr == nil {
				t.Errorf("Do gave %q, %v, %v", b, err, storeErr)
			}
			s.breakDown(nil)
			want(t, e, key(e, "k"), "kept")
		})
	}
}

// hung never answers, as long as the context lasts.
type hung struct{ store.Store }

func (h hung) GetMany(ctx context.Context, keys []string) ([][]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestAHungStoreHoldsNobodyLongerThanTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, hung{newShelf()}, Options{Timeout: 300 * time.Millisecond})
		start := time.Now()
		if b, err, _ := e.Do(bg, key(e, "k"), Access{}, value("x")); string(b) != "x" || err != nil {
			t.Errorf("%q, %v", b, err)
		}
		if took := time.Since(start); took > 600*time.Millisecond {
			t.Errorf("it took %v, want a timeout for the lookup and one for the begin", took)
		}
	})
}

func TestTheBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var open atomic.Bool
		var changes atomic.Int32
		s := newShelf()
		e := engine(t, s, Options{Hooks: &observe.Hooks{Breaker: func(o bool) { open.Store(o); changes.Add(1) }}})
		k := key(e, "k")
		keep(t, e, k, "kept")
		s.breakDown(errDown)
		for i := range breakerFailures {
			if open.Load() {
				t.Fatalf("open after %d failures", i)
			}
			e.Find(bg, k, nil)
		}
		if !open.Load() {
			t.Fatalf("not open after %d failures", breakerFailures)
		}
		if n := s.counted(func() {
			if _, err := e.Find(bg, k, nil); !errors.Is(err, ErrUnavailable) {
				t.Errorf("open, and the error is %v", err)
			}
		}); n != 0 {
			t.Errorf("open, and asked %d times", n)
		}
		time.Sleep(breakerPause)
		if n := s.counted(func() {
			for range 10 {
				e.Find(bg, k, nil)
			}
		}); n != 1 {
			t.Errorf("after the pause %d tries, want one", n)
		}
		s.breakDown(nil)
		time.Sleep(breakerPause)
		want(t, e, k, "kept")
		if open.Load() || changes.Load() != 2 {
			t.Errorf("open: %t after %d changes; want closed after 2", open.Load(), changes.Load())
		}
	})
}

func TestWhatDoesNotSpeakAgainstTheStore(t *testing.T) {
	cancelled, cancel := context.WithCancel(bg)
	cancel()
	hasty, cancelHasty := context.WithTimeout(bg, -1)
	defer cancelHasty()
	for name, ask := range map[string]func(e *Engine){
		"callers that left":             func(e *Engine) { e.Find(cancelled, key(e, "k"), nil) },
		"callers with a short deadline": func(e *Engine) { e.Find(hasty, key(e, "k"), nil) },
		"values too large":              func(e *Engine) { e.Do(bg, key(e, "k"), Access{}, value("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			s.fail = tooLarge
			e := engine(t, s, Options{Hooks: &observe.Hooks{Breaker: func(bool) { t.Error("the breaker opened") }}})
			for range 2 * breakerFailures {
				ask(e)
			}
		})
	}
}

func TestNothingAskedClosesNoBreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		e := engine(t, s, Options{})
		s.breakDown(errDown)
		for range breakerFailures {
			e.Find(bg, key(e, "k"), nil)
		}
		time.Sleep(breakerPause)
		if ns, err := e.FindMany(bg, nil); len(ns) != 0 || err != nil {
			t.Errorf("%v, %v", ns, err)
		}
		if e.marks.(*sharedMarks).guard.until.Load() == 0 {
			t.Error("closed without having asked")
		}
	})
}

func TestAnInvalidationThatTheStoreWasNotToldOf(t *testing.T) {
	for name, target := range map[string]func(k *Key) Target{
		"of a tag":   func(*Key) Target { return hardOn("t") },
		"of a unit":  func(k *Key) Target { return Target{Keys: []*Key{k}} },
		"of all":     func(*Key) Target { return wipe },
		"soft":       func(*Key) Target { return soft },
		"of a crowd": func(*Key) Target { return hardOn(crowd(maxPending + 1)...) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				here, elsewhere := engine(t, s, Options{}), engine(t, s, Options{})
				k := here.Key(indexedFace, []byte("k"))
				keep(t, here, k, "old", "t")
				s.fail = func(op, _ string) error {
					if op == "batch" || op == "delete" || op == "set" {
						return errDown
					}
					return nil
				}
				if err := here.Invalidate(bg, target(k)); !errors.Is(err, errDown) {
					t.Fatalf("error %v", err)
				}
				want(t, here, k, "") // here it counts at once
				want(t, elsewhere, elsewhere.Key(indexedFace, []byte("k")), "old")
				s.breakDown(nil)
				time.Sleep(2 * time.Second) // it is retried
				want(t, elsewhere, elsewhere.Key(indexedFace, []byte("k")), "")
				if here.marks.(*sharedMarks).pending.any() {
					t.Error("still pending")
				}
				keep(t, here, k, "new", "t")
				want(t, here, k, "new")
			})
		})
	}
}

func crowd(n int) (tags []string) {
	for i := range n {
		tags = append(tags, fmt.Sprint(i))
	}
	return tags
}

func TestAPendingClearCountsForIntegersToo(t *testing.T) {
	s := newShelf()
	e := engine(t, s, Options{})
	k := e.Key(rootedFace, []byte("n"))
	if err := e.PutBare(bg, k, []byte("1"), minute); err != nil {
		t.Fatal(err)
	}
	s.breakDown(errDown)
	if err := e.Invalidate(bg, wipe); err == nil {
		t.Fatal("no error")
	}
	s.fail = func(op, _ string) error {
		if op == "batch" {
			return errDown
		}
		return nil
	}
	want(t, e, k, "")
}

func TestWhatIsPendingIsWrittenBeforeTheBreakerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		e, elsewhere := engine(t, s, Options{}), engine(t, s, Options{})
		k := key(e, "k")
		keep(t, e, k, "old", "t")
		s.breakDown(errDown)
		for range breakerFailures {
			e.Find(bg, k, nil)
		}
		if err := e.Invalidate(bg, hard); !errors.Is(err, ErrUnavailable) {
			t.Errorf("error %v", err)
		}
		s.breakDown(nil)
		for range 100 {
			time.Sleep(50 * time.Millisecond)
			if n, err := e.Find(bg, k, nil); err == nil && n != nil {
				t.Fatalf("found %q", n.Payload)
			} else if err == nil {
				want(t, elsewhere, key(elsewhere, "k"), "") // it answers again: then it has been told
				return
			}
		}
		t.Error("the breaker did not close")
	})
}

func TestAnInvalidationWhileAnEarlierOneIsBeingWrittenIsNotLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		e := engine(t, s, Options{})
		m := e.marks.(*sharedMarks)
		s.breakDown(errDown)
		e.Invalidate(bg, hard)
		e.Invalidate(bg, wipe)
		once := true
		s.fail = func(op, _ string) error {
			if op == "batch" && once { // the retry is at the store: once more
				once = false
				m.pending.add(m, hard)
				m.pending.add(m, wipe)
			}
			return nil
		}
		if done, err := m.pending.flush(m); done || err != nil {
			t.Errorf("all is written, says flush: %t, %v", done, err)
		}
		if n := m.pending.n.Load(); n != 2 {
			t.Errorf("%d pending, want the two that came in between", n)
		}
	})
}

func TestAStreamOfInvalidationsDoesNotKeepTheBreakerOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		e := engine(t, s, Options{})
		m := e.marks.(*sharedMarks)
		s.breakDown(errDown)
		for range breakerFailures + 1 {
			e.Invalidate(bg, hard)
		}
		s.mu.Lock()
		s.fail = func(op, _ string) error {
			if op == "batch" && !m.pending.heard.Load() { // while one is written the next one comes
				e.Invalidate(bg, hard)
			}
			return nil
		}
		s.mu.Unlock()
		time.Sleep(time.Minute)
		if n := m.pending.n.Load(); n != 0 {
			t.Errorf("%d still pending", n)
		}
		if err := m.guard.allow(); err != nil {
			t.Errorf("the breaker is open: %v", err)
		}
	})
}

func TestARestartFromAnOlderSnapshotVoidsEverythingOnce(t *testing.T) {
	s := newShelf()
	s.run = "first"
	e, other := engine(t, s, Options{}), engine(t, s, Options{})
	k, n := key(e, "k"), e.Key(rootedFace, []byte("n"))
	keep(t, e, k, "old", "t")
	if err := e.PutBare(bg, n, []byte("1"), minute); err != nil {
		t.Fatal(err)
	}
	snapshot := s.snapshot()
	if err := e.Invalidate(bg, hard); err != nil {
		t.Fatal(err)
	}
	s.restore(snapshot) // brings the mark back, and the entry
	s.run = "second"
	want(t, e, k, "")
	want(t, other, key(other, "k"), "")
	want(t, e, n, "")
	keep(t, e, k, "new", "t")
	want(t, e, k, "new")
	want(t, other, key(other, "k"), "new") // once
}

func TestARestartDuringARenderIsSeenByItsFollowers(t *testing.T) {
	s := newShelf()
	s.run = "first"
	e := engine(t, s, Options{})
	r := begin(t, e, bg, key(e, "k"), tagged)
	snapshot := s.snapshot()
	if err := engine(t, s, Options{}).Invalidate(bg, hard); err != nil {
		t.Fatal(err)
	}
	follower := make(chan *Entry)
	go func() {
		n, r := e.Start(bg, key(e, "k"), tagged)
		if r != nil {
			n, _ = r.Commit(text("new"))
		}
		follower <- n
	}()
	awaitWaiters(e, 1)
	s.restore(snapshot)
	s.mu.Lock()
	s.run = "second"
	s.mu.Unlock()
	if n, why := r.Commit(text("old")); n != nil {
		t.Errorf("kept %q (%s)", n.Payload, why)
	}
	if n := <-follower; n == nil || string(n.Payload) != "new" {
		t.Error("the follower got what was rendered before the invalidation")
	}
}

func TestRecordsThatDoNotDecodeAreMadeAnew(t *testing.T) {
	for _, kind := range []string{"P", "I", "M", "E", "G"} {
		t.Run(kind, func(t *testing.T) {
			s := newShelf()
			e := engine(t, s, Options{})
			k := e.Key(indexedFace, []byte("k"))
			keep(t, e, k, "first", "t")
			for at := range s.data {
				if strings.HasPrefix(at, e.Space()+kind) {
					s.data[at] = []byte("rubbish")
				}
			}
			if kind != "G" {
				want(t, e, k, "")
				keep(t, e, k, "second", "t")
				want(t, e, k, "second")
			}
			r := begin(t, e, bg, key(e, "other"), Access{}) // a late tag under a broken pulse
			r.Tag("t")
			if n, _ := r.Commit(text("x")); kind == "G" && n != nil {
				t.Error("kept under a pulse that says nothing")
			}
		})
	}
}

// simple has nothing but Get, Set and Delete.
type simple struct{ s *shelf }

func (m simple) Get(ctx context.Context, key string) ([]byte, bool, error) { return m.s.Get(ctx, key) }
func (m simple) Set(ctx context.Context, key string, v []byte, ttl time.Duration) error {
	return m.s.Set(ctx, key, v, ttl)
}
func (m simple) Delete(ctx context.Context, key string) (bool, error) { return m.s.Delete(ctx, key) }

func TestAStoreWithoutAddAndSwap(t *testing.T) {
	e := engine(t, simple{newShelf()}, Options{})
	k := e.Key(indexedFace, []byte("k"))
	keep(t, e, k, "x", "t")
	want(t, e, k, "x")
	if err := e.Invalidate(bg, soft); err != nil { // means hard
		t.Fatal(err)
	}
	want(t, e, k, "")
	r := begin(t, e, bg, k, Access{Varied: language("de")})
	if n, why := r.Commit(Product{Parts: [][]byte{[]byte("x")}, Life: Life{Fresh: minute}, Names: []string{"Accept"}}); n != nil || why != "index-changed" {
		t.Errorf("a list of names that cannot be written: kept, or not because of %q", why)
	}
	r = begin(t, e, bg, e.Key(indexedFace, []byte("declared")), Access{Varied: language("de"), Names: []string{"Accept"}})
	if n, why := r.Commit(Product{Parts: [][]byte{[]byte("x")}, Life: Life{Fresh: minute}, Names: []string{"Accept"}}); n == nil {
		t.Errorf("names that were known before are not kept: %s", why)
	}
	if _, err := e.Incr(bg, e.Key(rootedFace, []byte("n")), 1); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Incr: %v", err)
	}
}

func TestWhatEndsBeforeItsEntryIsProlonged(t *testing.T) {
	s := newShelf()
	e := engine(t, s, Options{})
	k := e.Key(indexedFace, []byte("k"))
	month := 30 * 24 * time.Hour
	r := begin(t, e, bg, k, tagged)
	if n, why := r.Commit(Product{Parts: [][]byte{[]byte("x")}, Life: Life{Fresh: month}}); n == nil {
		t.Fatal(why)
	}
	for key, ttl := range s.lasting {
		if kind := strings.TrimPrefix(key, e.Space())[0]; (kind == 'M' || kind == 'I') && ttl < month {
			t.Errorf("%c ends after %v, before its entry", kind, ttl)
		}
	}
	want(t, e, k, "x")
	if err := e.Invalidate(bg, soft); err != nil {
		t.Fatal(err)
	}
	if ttl := s.lasting[e.marks.(*sharedMarks).mark("t")]; ttl < month {
		t.Errorf("a softened mark ends after %v, before the entries that name it", ttl)
	}
}
