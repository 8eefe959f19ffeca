package readthrough

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/store"
)

var errLoad = errors.New("the database is down")

// slowly is a load that takes a second and counts itself.
func slowly(runs *atomic.Int32, o Loaded, err error) func(context.Context) (Loaded, error) {
	return func(context.Context) (Loaded, error) {
		runs.Add(1)
		time.Sleep(time.Second)
		return o, err
	}
}

var (
	answer  = Loaded{Payload: []byte("answer"), Life: Life{Fresh: minute}}
	integer = Loaded{Payload: []byte("42"), Life: Life{Fresh: minute}, Bare: true}
)

func TestManyCallersOneLoad(t *testing.T) {
	for name, tt := range map[string]struct {
		face *Face
		load Loaded
		fail func(op, key string) error
	}{
		"a value":                            {plainFace, answer, nil},
		"a value under a readable key":       {rootedFace, answer, nil},
		"a bare integer":                     {rootedFace, integer, nil},
		"a value too large for the store":    {rootedFace, answer, tooLarge},
		"an integer too large for the store": {rootedFace, integer, tooLarge},
		"a page that has an index":           {indexedFace, answer, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newShelf()
				s.fail = tt.fail
				e := engine(t, s, Options{})
				k := e.Key(tt.face, []byte("k"))
				var runs atomic.Int32
				var wg sync.WaitGroup
				for range 100 {
					wg.Go(func() {
						b, err, _ := e.Do(bg, k, Access{}, slowly(&runs, tt.load, nil))
						if string(b) != string(tt.load.Payload) || err != nil {
							t.Errorf("%q, %v", b, err)
						}
					})
				}
				wg.Wait()
				if runs.Load() != 1 {
					t.Errorf("%d loads, want 1", runs.Load())
				}
			})
		})
	}
}

// tooLarge refuses entries and takes records.
func tooLarge(op, _ string) error {
	if op == "set" {
		return store.ErrTooLarge
	}
	return nil
}

func TestAnErrorIsEverybodysAndNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{})
		var runs atomic.Int32
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err, _ := e.Do(bg, key(e, "k"), Access{}, slowly(&runs, Loaded{}, errLoad)); err != errLoad {
					t.Errorf("error %v, want that of load", err)
				}
			})
		}
		wg.Wait()
		if runs.Load() != 1 {
			t.Errorf("%d loads, want 1", runs.Load())
		}
		if b, err, _ := e.Do(bg, key(e, "k"), Access{}, value("now")); string(b) != "now" || err != nil {
			t.Errorf("afterwards %q, %v; want a load that succeeds", b, err)
		}
	})
}

func TestACallerThatLeavesDoesNotHurtTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{})
		ctx, leave := context.WithCancel(bg)
		var runs atomic.Int32
		var wg sync.WaitGroup
		wg.Go(func() {
			start := time.Now()
			if _, err, _ := e.Do(ctx, key(e, "k"), Access{}, slowly(&runs, answer, nil)); !errors.Is(err, context.Canceled) {
				t.Errorf("the leader got %v", err)
			}
			if took := time.Since(start); took != time.Second/2 {
				t.Errorf("the leader had to stay %v", took)
			}
		})
		synctest.Wait()
		for range 10 {
			wg.Go(func() { // these leave too, and load nothing because of it
				if _, err, _ := e.Do(ctx, key(e, "k"), Access{}, slowly(&runs, answer, nil)); !errors.Is(err, context.Canceled) {
					t.Errorf("a follower that left got %v", err)
				}
			})
			wg.Go(func() {
				if b, err, _ := e.Do(bg, key(e, "k"), Access{}, slowly(&runs, answer, nil)); string(b) != "answer" || err != nil {
					t.Errorf("a follower got %q, %v", b, err)
				}
			})
		}
		time.Sleep(time.Second / 2)
		leave()
		wg.Wait()
		if runs.Load() != 1 {
			t.Errorf("%d loads, want 1", runs.Load())
		}
	})
}

func TestAPanicReachesWhoCausedItAndFreesTheRest(t *testing.T) {
	for name, ctx := range map[string]context.Context{"in place": bg, "on a goroutine": cancellable(t)} {
		t.Run(name, func(t *testing.T) {
			e := engine(t, newShelf(), Options{})
			started, followed := make(chan bool), make(chan string)
			go func() {
				<-started
				b, _, _ := e.Do(bg, key(e, "k"), Access{}, value("second"))
				followed <- string(b)
			}()
			var said any
			func() {
				defer func() { said = recover() }()
				e.Do(ctx, key(e, "k"), Access{}, func(context.Context) (Loaded, error) {
					close(started)
					awaitWaiters(e, 1)
					panic("oh")
				})
			}()
			if !strings.HasPrefix(fmt.Sprint(said), "oh") {
				t.Errorf("recovered %v, want the panic of load", said)
			}
			if got := <-followed; got != "second" {
				t.Errorf("the follower got %q, want a load of its own", got)
			}
		})
	}
}

func cancellable(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(bg)
	t.Cleanup(cancel)
	return ctx
}

// awaitWaiters waits until n callers wait in flights of e.
func awaitWaiters(e *Engine, n int) {
	for {
		crossing.Lock()
		waiters := 0
		for _, f := range e.flight {
			waiters += f.waiters
		}
		crossing.Unlock()
		if waiters >= n {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func TestALoadThatEndsItsGoroutineIsAnError(t *testing.T) {
	e := engine(t, newShelf(), Options{})
	done := make(chan bool)
	ctx := cancellable(t)
	_, err, _ := e.Do(ctx, key(e, "k"), Access{}, func(context.Context) (Loaded, error) {
		defer close(done)
		runtime.Goexit() // as t.FailNow does
		return answer, nil
	})
	<-done
	if err == nil {
		t.Error("no error")
	}
}

func TestARefusedRenderLetsEverybodyGoAtOnce(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		now := time.Unix(1e9, 0)
		e := engine(t, s, Options{Now: func() time.Time { return now }})
		k := key(e, "k")
		r := begin(t, e, bg, k, Access{})
		other := make(chan *Render)
		go func() { other <- begin(t, e, bg, k, Access{}) }()
		awaitWaiters(e, 1)
		r.Refuse("private", 10*time.Second)
		(<-other).Abort("seen") // while the first goes on
		if _, why := r.Commit(text("x")); why != "private" {
			t.Errorf("kept, or refused as %q", why)
		}
		n, _ := e.Find(bg, k, nil)
		if n == nil || !n.Uncacheable() {
			t.Fatal("the verdict is not remembered")
		}
		a, b := begin(t, e, bg, k, Access{AllowStale: true}), begin(t, e, bg, k, Access{AllowStale: true}) // nobody waits
		a.Abort("")
		b.Abort("")
		now = now.Add(10 * time.Second)
		r = begin(t, e, bg, k, Access{})
		if n, why := r.Commit(text("public now")); n == nil {
			t.Errorf("not kept: %s", why)
		}
		want(t, e, k, "public now")
	})
}

// TestWhoComesAfterTheVerdictHasItAtOnce: a refusal that is not remembered is
// still one for those who come while the render goes on.
func TestWhoComesAfterTheVerdictHasItAtOnce(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{MaxWait: 10 * time.Second})
		k := key(e, "k")
		for _, waitedBefore := range []bool{false, true} {
			r, first := begin(t, e, bg, k, Access{}), make(chan *Render, 1)
			if waitedBefore {
				go func() { first <- begin(t, e, bg, k, Access{}) }()
				awaitWaiters(e, 1)
			} else {
				first <- nil
			}
			r.Refuse("private", 0)
			if other := <-first; other != nil {
				other.Abort("seen")
			}
			begun := time.Now()
			begin(t, e, bg, k, Access{}).Abort("seen")
			if took := time.Since(begun); took > 5*time.Second {
				t.Errorf("another waiter before: %t; waited %v for a verdict that was there", waitedBefore, took)
			}
			r.Abort("seen")
		}
	})
}

// language is the Varied of a request with an Accept-Language.
type language string

func (l language) Values(names []string) (b []byte) {
	for _, n := range names {
		b = AppendPart(AppendPart(b, n), string(l))
	}
	return b
}

func TestAFollowerGetsOnlyItsOwnVariant(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		k := e.Key(indexedFace, []byte("/"))
		r := begin(t, e, bg, k, Access{Varied: language("de")})
		got := make(chan string)
		for _, l := range []language{"de", "en"} {
			go func() {
				n, r := e.Start(bg, k, Access{Varied: l})
				if r != nil {
					n, _ = r.Commit(Product{Parts: [][]byte{[]byte("page in " + l)}, Life: Life{Fresh: minute}, Names: []string{"Accept-Language"}})
				}
				got <- string(l) + ": " + string(n.Payload)
			}()
		}
		awaitWaiters(e, 2)
		r.Commit(Product{Parts: [][]byte{[]byte("first page in de")}, Life: Life{Fresh: minute}, Names: []string{"Accept-Language"}})
		for range 2 {
			if g := <-got; g != "de: first page in de" && g != "en: page in en" {
				t.Error(g)
			}
		}
	})
}

func TestCirclesOfWaitsAreCut(t *testing.T) {
	for _, n := range []int{2, 3, 5} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { circleOf(t, n) })
		})
	}
}

// circleOf has n renders that each need the next one's unit, in engines in turn
// so that the circle runs through two of them. A deadlock ends the test.
func circleOf(t *testing.T, n int) {
	engines := []*Engine{engine(t, newShelf(), Options{MaxWait: time.Hour}), engine(t, newShelf(), Options{MaxWait: time.Hour})}
	start := time.Now()
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			e, next := engines[i%2], engines[(i+1)%n%2]
			b, err, _ := e.Do(bg, key(e, fmt.Sprint(i)), Access{}, func(ctx context.Context) (Loaded, error) {
				time.Sleep(time.Second) // until all have begun
				b, err, _ := next.Do(ctx, key(next, fmt.Sprint((i+1)%n)), Access{}, value("inner"))
				return Loaded{Payload: append([]byte("around "), b...), Life: Life{Fresh: minute}}, err
			})
			if err != nil || !strings.HasSuffix(string(b), "inner") {
				t.Errorf("%d: %q, %v", i, b, err)
			}
		})
	}
	wg.Wait()
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestGoroutinesOfOneRenderDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{MaxWait: time.Hour})
		_, err, _ := e.Do(bg, key(e, "page"), Access{}, func(ctx context.Context) (Loaded, error) {
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					a, b := fmt.Sprint(i%2), fmt.Sprint((i+1)%2)
					e.Do(ctx, key(e, a), Access{}, func(ctx context.Context) (Loaded, error) {
						time.Sleep(time.Second)
						_, err, _ := e.Do(ctx, key(e, b), Access{}, value("inner"))
						return answer, err
					})
				})
			}
			wg.Wait()
			return answer, nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestMaxWaitBoundsTheWholeWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{MaxWait: 10 * time.Second})
		k := key(e, "k")
		start := time.Now()
		first := begin(t, e, bg, k, Access{})
		waited := make(chan time.Duration)
		for range 2 {
			go func() {
				r := begin(t, e, bg, k, Access{})
				waited <- time.Since(start)
				time.Sleep(time.Hour)
				r.Abort("")
				waited <- 0
			}()
		}
		time.Sleep(6 * time.Second)
		first.Abort("failed")
		if took := <-waited; took != 6*time.Second {
			t.Errorf("one leads after %v, want 6s", took)
		}
		if took := <-waited; took != 10*time.Second {
			t.Errorf("the other had waited %v, want 10s in all", took)
		}
		<-waited
		<-waited
	})
}

func TestMaxWaitersBoundsTheCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{MaxWaiters: 2})
		k := key(e, "k")
		r := begin(t, e, bg, k, Access{})
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if n, _ := e.Start(bg, k, Access{}); n == nil || string(n.Payload) != "x" {
					t.Error("a follower did not get the result")
				}
			})
		}
		synctest.Wait()
		begin(t, e, bg, k, Access{}).Abort("") // the third one renders at once
		r.Commit(text("x"))
		wg.Wait()
	})
}

func TestWhoComesWhileAResultIsWrittenWaitsAndFindsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		e := engine(t, s, Options{})
		k := key(e, "k")
		r := begin(t, e, bg, k, Access{})
		writing, write := make(chan bool), make(chan bool)
		s.fail = func(op, _ string) error {
			if op == "set" {
				s.mu.Unlock()
				close(writing)
				<-write
				s.mu.Lock()
			}
			return nil
		}
		go r.Commit(text("x"))
		<-writing
		got := make(chan string)
		go func() { n, _ := e.Start(bg, k, Access{}); got <- string(n.Payload) }()
		synctest.Wait()
		if e.TryLead(bg, k, Access{}) != nil {
			t.Error("a second render of the same began meanwhile")
		}
		close(write)
		if g := <-got; g != "x" {
			t.Errorf("got %q", g)
		}
	})
}

func TestAStaleValueIsMadeAnewInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{})
		k := key(e, "k")
		a := Access{AllowStale: true}
		old := Loaded{Payload: []byte("old"), Life: Life{Fresh: minute, StaleWhileRevalidate: minute}}
		e.Do(bg, k, a, func(context.Context) (Loaded, error) { return old, nil })
		time.Sleep(minute)
		var runs atomic.Int32
		for range 20 {
			if b, _, _ := e.Do(bg, k, a, slowly(&runs, answer, nil)); string(b) != "old" {
				t.Errorf("got %q, want the stale value at once", b)
			}
		}
		time.Sleep(2 * time.Second)
		want(t, e, k, "answer")
		if runs.Load() != 1 {
			t.Errorf("%d loads, want 1", runs.Load())
		}
	})
}

func TestAPanicInTheBackgroundEndsNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{})
		k := key(e, "k")
		a := Access{AllowStale: true}
		old := Loaded{Payload: []byte("old"), Life: Life{StaleWhileRevalidate: minute}}
		e.Do(bg, k, a, func(context.Context) (Loaded, error) { return old, nil })
		e.Do(bg, k, a, func(context.Context) (Loaded, error) { panic("oh") })
		synctest.Wait()
		if b, _, _ := e.Do(bg, k, a, value("new")); string(b) != "old" {
			t.Errorf("got %q", b)
		}
		synctest.Wait()
		want(t, e, k, "new")
	})
}

func TestARenderThatTakesTooLongIsNotKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{RenderTimeout: minute})
		_, err, _ := e.Do(bg, key(e, "k"), Access{}, func(ctx context.Context) (Loaded, error) {
			<-ctx.Done()
			return Loaded{}, context.Cause(ctx)
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
