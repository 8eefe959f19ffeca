package readthrough

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/store/memstore"
	"go.uber.org/goleak"
)

func TestTheBackgroundIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := engine(t, newShelf(), Options{Background: 2})
		release := make(chan bool)
		job := func(context.Context) { <-release }
		for i, want := range []bool{true, true, false} {
			if e.Go(job) != want {
				t.Errorf("job %d: run %t, want %t", i+1, !want, want)
			}
		}
		close(release)
		synctest.Wait()
		if !e.Go(job) {
			t.Error("refused, though there is room again")
		}
	})
}

func TestShutdownWaitsForTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := New(newShelf(), Options{Logger: quiet})
		ended := false
		e.Go(func(ctx context.Context) { <-ctx.Done(); time.Sleep(time.Second); ended = true })
		ctx, leave := context.WithCancel(bg)
		go e.Do(ctx, key(e, "k"), Access{}, func(ctx context.Context) (Loaded, error) { <-ctx.Done(); return answer, nil })
		synctest.Wait()
		leave() // the load goes on without its caller, in the background
		synctest.Wait()
		short, cancel := context.WithTimeout(bg, time.Second/2)
		defer cancel()
		if err := e.Shutdown(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("half a second was too short, but: %v", err)
		}
		if err := e.Shutdown(bg); err != nil || !ended {
			t.Errorf("ended %t, error %v", ended, err)
		}
		if e.Go(func(context.Context) {}) {
			t.Error("something began after Shutdown")
		}
	})
}

func TestNothingIsLeftRunning(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := memstore.New(memstore.Options{})
	for _, e := range []*Engine{New(s, Options{Logger: quiet}), New(newShelf(), Options{Logger: quiet})} {
		ctx, leave := context.WithCancel(bg)
		a := Access{AllowStale: true}
		stale := func(context.Context) (Loaded, error) {
			return Loaded{Payload: []byte("x"), Life: Life{StaleWhileRevalidate: minute}}, nil
		}
		for range 3 {
			e.Do(ctx, key(e, "k"), a, stale)
		}
		leave()
		begin(t, e, bg, key(e, "refused"), Access{}).Refuse("private", minute)
		if err := e.Shutdown(bg); err != nil {
			t.Error(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestARenderThatEndsLetsItsContextGo(t *testing.T) {
	e := engine(t, newShelf(), Options{})
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	r := begin(t, e, ctx, key(e, "k"), Access{})
	r.Refuse("private", 0) // ties it to its caller's context
	r.Abort("")
	if r.Context().Err() == nil {
		t.Error("its context is not over")
	}
	if r.detach() {
		t.Error("it is still tied to its caller's context")
	}
}

func TestARefusedRenderEndsWithItsClient(t *testing.T) {
	e := engine(t, newShelf(), Options{})
	ctx, leave := context.WithCancel(bg)
	r := begin(t, e, ctx, key(e, "k"), Access{})
	leave()
	if r.Context().Err() != nil {
		t.Error("a render that may be kept ended with its client")
	}
	r.Refuse("private", 0)
	<-r.Context().Done()
	r.Abort("")
}

func TestEvents(t *testing.T) {
	var lookups []observe.Lookup
	var renders []observe.Render
	var invalidations []observe.Invalidate
	e := engine(t, newShelf(), Options{Hooks: &observe.Hooks{
		Lookup:     func(_ context.Context, l observe.Lookup) { lookups = append(lookups, l) },
		Render:     func(_ context.Context, r observe.Render) { r.Took = 0; renders = append(renders, r) },
		Invalidate: func(_ context.Context, i observe.Invalidate) { invalidations = append(invalidations, i) },
	}})
	a := Access{Name: "n"}
	e.Do(bg, key(e, "k"), a, value("12345"))
	e.Do(bg, key(e, "k"), a, value("12345"))
	e.Do(bg, key(e, "l"), a, func(context.Context) (Loaded, error) { return Loaded{}, errLoad })
	if err := e.Invalidate(bg, soft); err != nil {
		t.Fatal(err)
	}
	for i, want := range []observe.Lookup{{Face: "plain", Name: "n", Outcome: observe.Miss, Reason: "absent"}, {Face: "plain", Name: "n", Outcome: observe.Hit}, {Face: "plain", Name: "n", Outcome: observe.Miss, Reason: "absent"}} {
		if lookups[i] != want {
			t.Errorf("lookup %d: %+v, want %+v", i, lookups[i], want)
		}
	}
	for i, want := range []observe.Render{{Face: "plain", Name: "n", Kept: true, Bytes: 5}, {Face: "plain", Name: "n", Reason: "error"}} {
		if renders[i] != want {
			t.Errorf("render %d: %+v, want %+v", i, renders[i], want)
		}
	}
	if i := invalidations[0]; len(i.Tags) != 1 || !i.Soft || i.Err != nil {
		t.Errorf("invalidation %+v", i)
	}
}
