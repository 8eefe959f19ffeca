package readthrough

import (
	"errors"
	"strconv"
	"sync"
	"testing"

	"github.com/larder-go/larder/store"
)

func TestAPutWhileTheRenderAroundItIsRefused(t *testing.T) {
	e := engine(t, newShelf(), Options{})
	for i := range 200 {
		r := begin(t, e, bg, key(e, strconv.Itoa(i)), Access{})
		for j := range 20 {
			r.Tag("late" + strconv.Itoa(j))
		}
		var both sync.WaitGroup
		for j := range 4 {
			both.Go(func() { e.Put(r.Context(), rooted(e, "v"+strconv.Itoa(j)), tagged, text("x")) })
		}
		r.Refuse("private", minute)
		both.Wait()
		r.Abort("private")
	}
}

// What a render learned of a tag after it began says nothing of what it had read
// before.
func TestAPutAfterTheRenderAroundItWasRefused(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		r := begin(t, e, bg, key(e, "page"), Access{})
		if err := e.Invalidate(bg, hard); err != nil { // of what r has read
			t.Fatal(err)
		}
		r.Tag("t")
		r.Refuse("private", minute)
		if err := e.Put(r.Context(), rooted(e, "k"), tagged, text("from rows of before")); err != nil {
			t.Fatal(err)
		}
		want(t, e, rooted(e, "k"), "")
		r.Abort("private")
	})
}

// A block may lie in another cache than the page around it and what is put there.
func TestAPutInsideARenderOfAnotherCache(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e, other := engine(t, s, Options{}), engine(t, newShelf(), Options{})
		page := begin(t, e, bg, key(e, "page"), Access{})
		block := begin(t, other, page.Context(), key(other, "block"), Access{})
		if err := e.Invalidate(bg, hard); err != nil { // of what the page has read
			t.Fatal(err)
		}
		if err := e.Put(block.Context(), rooted(e, "k"), tagged, text("from rows of before")); err != nil {
			t.Fatal(err)
		}
		want(t, e, rooted(e, "k"), "")
		block.Abort("")
		page.Abort("")
	})
}

// A render that began while the store did not answer has no stamp that a Put
// inside it could go by.
func TestAPutInsideARenderWithoutAStamp(t *testing.T) {
	s := newShelf()
	e := engine(t, s, Options{})
	s.breakDown(errDown)
	r := begin(t, e, bg, key(e, "page"), Access{})
	s.breakDown(nil)
	if err := e.Invalidate(bg, hard); err != nil { // of what r has read
		t.Fatal(err)
	}
	if err := e.Put(r.Context(), rooted(e, "k"), tagged, text("from rows of before")); !errors.Is(err, ErrUnavailable) {
		t.Errorf("error %v, want ErrUnavailable", err)
	}
	want(t, e, rooted(e, "k"), "")
	if err := e.Put(r.Context(), rooted(e, "k"), Access{}, text("without tags")); err != nil {
		t.Error(err)
	}
	want(t, e, rooted(e, "k"), "without tags")
	r.Abort("")
}

// Page and value may lie under different copies of the root.
func TestAPutInsideARenderThatBeganBeforeAClear(t *testing.T) {
	s := newShelf()
	s.copies = 16
	e := engine(t, s, Options{})
	for i := range 40 {
		r := begin(t, e, bg, key(e, "page"), Access{})
		if i%2 == 0 { // of what r has read
			if err := e.Invalidate(bg, wipe); err != nil {
				t.Fatal(err)
			}
		}
		k := rooted(e, strconv.Itoa(i))
		if err := e.Put(r.Context(), k, Access{}, text("x")); err != nil {
			t.Fatal(err)
		}
		if got, kept := found(t, e, k), i%2 != 0; (got == "x") != kept {
			t.Errorf("%d: found %q, want it kept: %t", i, got, kept)
		}
		r.Abort("")
	}
}
