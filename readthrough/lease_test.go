package readthrough

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/store"
)

// processes are engines on one store, each as in a process of its own.
func processes(t *testing.T, s store.Store, n int, o Options) []*Engine {
	es := make([]*Engine, n)
	for i := range es {
		es[i] = engine(t, s, o)
	}
	return es
}

// leases are the keys of the leases that the store has.
func (s *shelf) leases() (keys []string) {
	for key := range s.snapshot() {
		if strings.Contains(key, ":L{") {
			keys = append(keys, key)
		}
	}
	return keys
}

// seize puts the lease of k into the hands of a process that is dead.
func seize(t *testing.T, e *Engine, k *Key, v Varied) {
	t.Helper()
	key := e.marks.(*sharedMarks).leaseKey(k, e.variant(k, k.seen.Load(), v))
	if added, err := store.Add(bg, e.store, key, []byte("somebody"), leaseLife); !added || err != nil {
		t.Fatalf("added %t, %v", added, err)
	}
}

// everywhere lets callers of all processes ask at once, wants the payload of
// load for each, and returns how long the slowest waited.
func everywhere(t *testing.T, es []*Engine, callers int, f *Face, a Access, want string, load func(context.Context) (Loaded, error)) time.Duration {
	start := time.Now()
	var wg sync.WaitGroup
	for _, e := range es {
		for range callers {
			wg.Go(func() {
				b, err, _ := e.Do(bg, e.Key(f, []byte("k")), a, load)
				if string(b) != want || err != nil {
					t.Errorf("%q, %v; want %q", b, err, want)
				}
			})
		}
	}
	wg.Wait()
	return time.Since(start)
}

func TestOneLoadForAllProcesses(t *testing.T) {
	for name, tt := range map[string]struct {
		face *Face
		load Loaded
	}{
		"a value":                      {plainFace, answer},
		"a value under a readable key": {rootedFace, answer},
		"a bare integer":               {rootedFace, integer},
		"a page that has an index":     {indexedFace, answer},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				var runs atomic.Int32
				took := everywhere(t, processes(t, s, 3, Options{}), 20, tt.face, Access{}, string(tt.load.Payload), slowly(&runs, tt.load, nil))
				if runs.Load() != 1 || took > 1100*time.Millisecond+longestPause/4 {
					t.Errorf("%d loads in %v; want 1, and a tenth more than its second", runs.Load(), took)
				}
				if left := s.leases(); len(left) > 0 {
					t.Errorf("leases are left: %v", left)
				}
			})
		})
	}
}

// TestTheRootIsMadeWhileOthersWait: a readable key, which holds the root's token,
// is another one then, and what is waited for is the same.
func TestTheRootIsMadeWhileOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		es := processes(t, s, 2, Options{})
		var runs atomic.Int32
		var wg sync.WaitGroup
		ask := func(e *Engine) {
			if b, _, _ := e.Do(bg, e.Key(rootedFace, []byte("k")), Access{}, slowly(&runs, answer, nil)); string(b) != "answer" {
				t.Errorf("got %q", b)
			}
		}
		s.fail = func(op, key string) error {
			if op == "add" && strings.Contains(key, ":P") && runs.Load() == 0 {
				s.mu.Unlock()
				wg.Go(func() { ask(es[1]) })
				synctest.Wait()
				s.mu.Lock()
			}
			return nil
		}
		ask(es[0])
		wg.Wait()
		if runs.Load() != 1 {
			t.Errorf("%d loads, want 1", runs.Load())
		}
	})
}

func TestALongRenderKeepsItsLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		everywhere(t, processes(t, newShelf(), 2, Options{MaxWait: time.Hour}), 1, plainFace, Access{}, "answer", func(context.Context) (Loaded, error) {
			runs.Add(1)
			time.Sleep(10 * leaseLife)
			return answer, nil
		})
		if runs.Load() != 1 {
			t.Errorf("%d loads, want 1", runs.Load())
		}
	})
}

func TestMaxWaitBoundsTheWaitForAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		es := processes(t, newShelf(), 2, Options{MaxWait: time.Second})
		first := begin(t, es[0], bg, key(es[0], "k"), Access{})
		start := time.Now()
		begin(t, es[1], bg, key(es[1], "k"), Access{}).Abort("seen")
		if took := time.Since(start); took != time.Second {
			t.Errorf("it waited %v, want MaxWait", took)
		}
		first.Abort("seen")
	})
}

// TestAProcessThatDies: its lease runs out, long before the others lose
// patience.
func TestAProcessThatDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		es := processes(t, newShelf(), 3, Options{})
		keep(t, es[0], key(es[0], "other"), "makes the records")
		seize(t, es[0], key(es[0], "k"), nil)
		var runs atomic.Int32
		took := everywhere(t, es, 50, plainFace, Access{}, "answer", slowly(&runs, answer, nil))
		if took < leaseLife || took > leaseLife+time.Second+2*longestPause {
			t.Errorf("it took %v, want the lease's time and that of one load", took)
		}
		if n := runs.Load(); n > 3 {
			t.Errorf("%d loads, want one in each process at most", n)
		}
	})
}

func TestAStoreThatDiesWhileOthersWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		es := processes(t, s, 2, Options{})
		holder := begin(t, es[0], bg, key(es[0], "k"), Access{})
		var runs atomic.Int32
		time.AfterFunc(time.Second, func() { s.breakDown(errDown) })
		took := everywhere(t, es[1:], 20, plainFace, Access{}, "answer", slowly(&runs, answer, nil))
		if took > 2*time.Second+longestPause*5/4 || runs.Load() != 20 {
			t.Errorf("%d loads in %v; want each caller's own, at once", runs.Load(), took)
		}
		holder.Abort("seen")
	})
}

// TestWhatIsNotKeptIsNotWaitedForInTurn: five processes one after the other
// would take five seconds.
func TestWhatIsNotKeptIsNotWaitedForInTurn(t *testing.T) {
	for name, end := range map[string]struct {
		load Loaded
		say  func(ctx context.Context)
	}{
		"no lifetime": {Loaded{Payload: []byte("answer")}, func(context.Context) {}},
		"forbidden":   {answer, NoStore},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				took := everywhere(t, processes(t, newShelf(), 5, Options{}), 1, plainFace, Access{}, "answer", func(ctx context.Context) (Loaded, error) {
					end.say(ctx)
					time.Sleep(time.Second)
					return end.load, nil
				})
				if took > 2*time.Second+2*longestPause {
					t.Errorf("the last one waited %v, want two loads' time at most", took)
				}
			})
		})
	}
}

func TestARefusalIsKnownToAllProcessesAtOnce(t *testing.T) {
	for _, remember := range []time.Duration{0, minute} {
		t.Run(fmt.Sprint("remembered for ", remember), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				es := processes(t, newShelf(), 4, Options{})
				first := begin(t, es[0], bg, key(es[0], "k"), Access{})
				start := time.Now()
				var wg sync.WaitGroup
				wg.Go(func() { time.Sleep(time.Second); first.Refuse("private", remember) })
				for _, e := range es[1:] {
					wg.Go(func() {
						r := begin(t, e, bg, key(e, "k"), Access{})
						if took := time.Since(start); took > time.Second+longestPause*5/4 {
							t.Errorf("began after %v", took)
						}
						time.Sleep(time.Minute)
						r.Abort("seen")
					})
				}
				wg.Wait()
				first.Abort("seen")
			})
		})
	}
}

// TestProcessesWaitForEachOthersVariants: who finds that what it waited for is
// another variant waits for its own.
func TestProcessesWaitForEachOthersVariants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		es := processes(t, newShelf(), 4, Options{})
		var runs atomic.Int32
		page := func(e *Engine, l language) {
			n, r := e.Start(bg, e.Key(indexedFace, []byte("/")), Access{Varied: l})
			if r != nil {
				runs.Add(1)
				time.Sleep(time.Second)
				n, _ = r.Commit(Product{Parts: [][]byte{[]byte("in " + l)}, Life: Life{Fresh: minute}, Names: []string{"Accept-Language"}})
			}
			if string(n.Payload) != "in "+string(l) {
				t.Errorf("%q for %q", n.Payload, l)
			}
		}
		var wg sync.WaitGroup
		wg.Go(func() { page(es[0], "de") })
		synctest.Wait()
		for _, e := range es[1:] {
			wg.Go(func() { page(e, "en") })
		}
		wg.Wait()
		if runs.Load() != 2 {
			t.Errorf("%d renders, want one in each language", runs.Load())
		}
	})
}

// TestProcessesDoNotWaitInACircle: a render needs what another process makes,
// and the other way round, while visitors in both ask for the same.
func TestProcessesDoNotWaitInACircle(t *testing.T) {
	for name, visitors := range map[string]int{"two renders": 0, "and visitors": 3} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				es := processes(t, newShelf(), 2, Options{MaxWait: time.Hour})
				var wg sync.WaitGroup
				start := time.Now()
				for i, e := range es {
					own, other := fmt.Sprint(i), fmt.Sprint(1-i)
					wg.Go(func() {
						e.Do(bg, key(e, own), Access{}, func(ctx context.Context) (Loaded, error) {
							time.Sleep(time.Second) // until everybody waits who will
							_, err, _ := e.Do(ctx, key(e, other), Access{}, value("inner"))
							return answer, err
						})
					})
					synctest.Wait()
				}
				for i, e := range es {
					for range visitors {
						wg.Go(func() { e.Do(bg, key(e, fmt.Sprint(1-i)), Access{}, value("a visitor's")) })
					}
				}
				wg.Wait()
				if took := time.Since(start); took > 2*time.Second {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// TestWhoIsWaitedForElsewhereKeepsAWaiterAtHome: the leader of what a render
// with a lease waits for must not go and wait for another process.
func TestWhoIsWaitedForElsewhereKeepsAWaiterAtHome(t *testing.T) {
	leaseholder, between, leader := &trail{owes: true}, &trail{}, &trail{}
	if !between.follow(&flight{trail: leader}) || !leaseholder.follow(&flight{trail: between}) {
		t.Fatal("waits that close no circle")
	}
	if leader.leave() {
		t.Error("a lease holder waits for who waits for another process")
	}
	other := &trail{}
	if !other.leave() {
		t.Fatal("nobody waits for this one")
	}
	if (&trail{owes: true}).follow(&flight{trail: other}) || between.follow(&flight{trail: other}) {
		t.Error("a lease holder waits, or is waited for by who waits, for another process")
	}
	if !(&trail{}).follow(&flight{trail: other}) {
		t.Error("nobody waits for this one")
	}
	waiting := &trail{}
	waiting.follow(&flight{trail: other})
	if waiting.owe() {
		t.Error("it took a lease while it waited for another process")
	}
	other.comeBack()
	if !waiting.owe() || other.leave() {
		t.Error("it may have a lease now, and who it waits for may not leave again")
	}
}

// stammering is a store whose client sends an Add twice, and sees the second
// one refused.
type stammering struct{ *shelf }

func (s stammering) Batch(ctx context.Context, ops []store.Op) error {
	err := s.shelf.Batch(ctx, ops)
	for i := range ops {
		ops[i].OK = ops[i].OK && ops[i].Do != store.OpAdd
	}
	return err
}

func TestAClientThatRefusesItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		e := engine(t, stammering{s}, Options{})
		start := time.Now()
		r := begin(t, e, bg, key(e, "k"), Access{})
		if took := time.Since(start); took != 0 {
			t.Errorf("it waited %v for itself", took)
		}
		r.Commit(text("x"))
		if left := s.leases(); len(left) > 0 {
			t.Errorf("it left %v", left)
		}
	})
}

func TestEveryEndGivesTheLeaseUp(t *testing.T) {
	for name, end := range map[string]func(s *shelf, r *Render){
		"kept":                    func(_ *shelf, r *Render) { r.Commit(text("x")) },
		"aborted":                 func(_ *shelf, r *Render) { r.Abort("failed") },
		"refused":                 func(_ *shelf, r *Render) { r.Refuse("private", 0) },
		"refused, and remembered": func(_ *shelf, r *Render) { r.Refuse("private", minute) },
		"without a lifetime":      func(_ *shelf, r *Render) { r.Commit(Product{Parts: [][]byte{[]byte("x")}}) },
		"too large":               func(s *shelf, r *Render) { s.fail = tooLarge; r.Commit(text("x")) },
		"invalidated":             func(_ *shelf, r *Render) { r.e.Invalidate(bg, hard); r.Tag("t"); r.Commit(text("x")) },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			e := engine(t, s, Options{})
			r := begin(t, e, bg, key(e, "k"), Access{})
			if len(s.leases()) != 1 {
				t.Fatalf("leases %v, want one", s.leases())
			}
			end(s, r)
			if left := s.leases(); len(left) > 0 {
				t.Errorf("left: %v", left)
			}
		})
	}
}

// TestALeaseOfUnknownFate: the step was taken, and the answer did not come.
func TestALeaseOfUnknownFate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		e := engine(t, s, Options{})
		s.fail = func(op, key string) error {
			if op == "get" && strings.Contains(key, ":L{") {
				return errDown
			}
			return nil
		}
		r := begin(t, e, bg, key(e, "k"), Access{})
		synctest.Wait()
		if left := s.leases(); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		r.Abort("seen")
	})
}

func TestWhoTakesNoLease(t *testing.T) {
	for name, tt := range map[string]struct {
		store func(s *shelf) store.Store
		a     Access
	}{
		"who renders alone": {func(s *shelf) store.Store { return s }, Access{Alone: true}},
		"on a store that cannot add": {func(s *shelf) store.Store {
			return struct {
				store.Store
				store.MultiGetter
			}{s, s}
		}, Access{}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShelf()
			e := engine(t, tt.store(s), Options{})
			r := begin(t, e, bg, key(e, "k"), tt.a)
			if got := s.leases(); len(got) > 0 {
				t.Errorf("it has %v", got)
			}
			if n, why := r.Commit(text("x")); n == nil {
				t.Errorf("not kept: %s", why)
			}
		})
	}
}

func TestOneProcessMakesAStaleValueAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		es := processes(t, newShelf(), 3, Options{})
		a := Access{AllowStale: true}
		old := Loaded{Payload: []byte("old"), Life: Life{Fresh: minute, StaleWhileRevalidate: minute}}
		everywhere(t, es[:1], 1, plainFace, a, "old", func(context.Context) (Loaded, error) { return old, nil })
		time.Sleep(minute)
		var runs atomic.Int32
		if took := everywhere(t, es, 5, plainFace, a, "old", slowly(&runs, answer, nil)); took != 0 {
			t.Errorf("it took %v, want the stale value at once", took)
		}
		time.Sleep(2 * time.Second)
		if runs.Load() != 1 {
			t.Errorf("%d loads, want 1", runs.Load())
		}
		everywhere(t, es, 1, plainFace, a, "answer", slowly(&runs, answer, nil))
	})
}

// TestALeaderThatLeavesWhileItWaits: another one of its process waits on.
func TestALeaderThatLeavesWhileItWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		es := processes(t, newShelf(), 2, Options{})
		var runs atomic.Int32
		var wg sync.WaitGroup
		ask := func(ctx context.Context, e *Engine, want error) {
			wg.Go(func() {
				if b, err, _ := e.Do(ctx, key(e, "k"), Access{}, slowly(&runs, answer, nil)); !errors.Is(err, want) || want == nil && string(b) != "answer" {
					t.Errorf("%q, %v; want %v", b, err, want)
				}
			})
			synctest.Wait()
		}
		ctx, leave := context.WithCancel(bg)
		ask(bg, es[0], nil)
		ask(ctx, es[1], context.Canceled)
		for range 10 {
			ask(bg, es[1], nil)
		}
		leave()
		wg.Wait()
		if runs.Load() != 1 {
			t.Errorf("%d loads, want 1", runs.Load())
		}
	})
}

func TestShutdownEndsTheWaitForAnotherProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		es := processes(t, newShelf(), 2, Options{})
		holder := begin(t, es[0], bg, key(es[0], "k"), Access{})
		time.AfterFunc(time.Second, func() { es[1].Shutdown(bg) })
		start := time.Now()
		r := begin(t, es[1], bg, key(es[1], "k"), Access{})
		if took := time.Since(start); took != time.Second {
			t.Errorf("it waited %v", took)
		}
		r.Abort("seen")
		holder.Abort("seen")
	})
}

// TestAFollowerIsNotHandedWhatWasInvalidatedBeforeItCame: its leader found the
// other process's result before that.
func TestAFollowerIsNotHandedWhatWasInvalidatedBeforeItCame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		es := processes(t, newShelf(), 2, Options{})
		first := begin(t, es[0], bg, key(es[0], "k"), tagged)
		time.AfterFunc(time.Second, func() { first.Commit(text("old")) })
		var once sync.Once
		var wg sync.WaitGroup
		leads := tagged
		leads.Usable = func(*Entry) bool { // is asked when it has been found
			once.Do(func() {
				if err := es[0].Invalidate(bg, hard); err != nil {
					t.Error(err)
				}
				wg.Go(func() {
					if b, _, _ := es[1].Do(bg, key(es[1], "k"), tagged, value("new")); string(b) != "new" {
						t.Errorf("the follower got %q", b)
					}
				})
				synctest.Wait()
			})
			return true
		}
		if n, r := es[1].Start(bg, key(es[1], "k"), leads); r != nil || string(n.Payload) != "old" {
			t.Errorf("%v; want what was there when it began", r)
		}
		wg.Wait()
	})
}
