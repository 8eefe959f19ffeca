package readthrough

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// TestLooked: what a FindMany gave is not asked for again, and decides as if it
// had been found just now.
func TestLooked(t *testing.T) {
	var saw []observe.Outcome
	hooks := &observe.Hooks{Lookup: func(_ context.Context, l observe.Lookup) { saw = append(saw, l.Outcome) }}
	s := newShelf()
	e := engine(t, s, Options{Hooks: hooks})
	k := key(e, "k")
	keep(t, e, k, "x", "tag")
	found, err := e.FindMany(bg, []*Key{k})
	if err != nil {
		t.Fatal(err)
	}
	saw = nil
	trips := s.counted(func() {
		if n, _ := e.Start(bg, k, Access{Looked: true, Have: found[0]}); n == nil || string(n.Payload) != "x" {
			t.Errorf("Start gave %v, want what it was given", n)
		}
		load := func(context.Context) (Loaded, error) { return Loaded{}, errors.New("nothing to load") }
		if b, err, _ := e.Do(bg, k, Access{Looked: true, Have: found[0]}, load); err != nil || string(b) != "x" {
			t.Errorf("Do gave %q, %v", b, err)
		}
	})
	if trips != 0 {
		t.Errorf("%d round trips, want none", trips)
	}
	if len(saw) != 2 || saw[0] != observe.Hit || saw[1] != observe.Hit {
		t.Errorf("saw %v, want two hits", saw)
	}
}

// TestLookedAndFoundNothing: whoever renders looks once more, since somebody
// else may have rendered in the meantime.
func TestLookedAndFoundNothing(t *testing.T) {
	e := engine(t, newShelf(), Options{})
	k := key(e, "k")
	_, r := e.Start(bg, k, Access{Looked: true})
	if r == nil {
		t.Fatal("no render of what is nowhere")
	}
	r.Commit(text("x"))
	n, r := e.Start(bg, k, Access{Looked: true})
	if r != nil {
		r.Abort("error")
		t.Fatal("rendered once more what was there by now")
	}
	if string(n.Payload) != "x" {
		t.Errorf("got %q", n.Payload)
	}
}

// TestLookedAfterClose: nothing is found any more.
func TestLookedAfterClose(t *testing.T) {
	e := engine(t, newShelf(), Options{})
	k := key(e, "k")
	keep(t, e, k, "x")
	n, err := e.Find(bg, k, nil)
	if err != nil {
		t.Fatal(err)
	}
	e.Shutdown(bg)
	n, r := e.Start(bg, k, Access{Looked: true, Have: n})
	if n != nil {
		t.Errorf("a closed engine gave %q", n.Payload)
	} else {
		r.Abort("error")
	}
}

// nearShelf keeps copies of what it gives in this process.
type nearShelf struct{ *shelf }

func (nearShelf) Near() (int64, time.Duration) { return 1 << 20, time.Millisecond }

// TestRemote: only where each lookup is a round trip.
func TestRemote(t *testing.T) {
	local := memstore.New(memstore.Options{})
	defer local.Close()
	for _, tt := range []struct {
		name  string
		store store.Store
		want  bool
	}{
		{"in this process", local, false},
		{"shared", newShelf(), true},
		{"shared, with near copies", nearShelf{newShelf()}, false},
	} {
		if got := engine(t, tt.store, Options{}).Remote(); got != tt.want {
			t.Errorf("%s: Remote is %v", tt.name, got)
		}
	}
}
