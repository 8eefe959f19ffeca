package readthrough

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

// TestReadersAndWritersAtOnce has readers that render what they miss while rows
// change and are invalidated, by tags known before and named late, by unit, and
// all at once, in several engines on one store.
func TestReadersAndWritersAtOnce(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		engines := []*Engine{engine(t, s, Options{MaxMarks: 3}), engine(t, s, Options{MaxMarks: 3})}
		var version, returned [3]atomic.Int64
		var renders, hits, wrong atomic.Int64
		var readers, writers sync.WaitGroup
		stop := make(chan bool)
		unit := func(e *Engine, row int) *Key { return e.Key(indexedFace, []byte(fmt.Sprint(row))) }
		for i := range 4 {
			readers.Go(func() {
				e, r := engines[i%2], rand.New(rand.NewPCG(1, uint64(i)))
				for {
					select {
					case <-stop:
						return
					default:
					}
					row := r.IntN(len(version))
					tag, names := "row:"+fmt.Sprint(row), []string{"Accept", "Cookie"}[:r.IntN(3)]
					before := returned[row].Load()
					a := Access{Varied: language(fmt.Sprint(r.IntN(2)))}
					if r.IntN(2) == 0 {
						a.Tags = []string{tag}
					}
					n, render := e.Start(bg, unit(e, row), a)
					if render != nil {
						p := Product{Parts: [][]byte{strconv.AppendInt(nil, version[row].Load(), 10)}, Life: Life{Fresh: minute}, Names: names}
						render.Tag(tag)
						render.Commit(p)
						renders.Add(1)
						continue
					}
					hits.Add(1)
					if got, _ := strconv.ParseInt(string(n.Payload), 10, 64); got < before {
						wrong.Add(1)
					}
				}
			})
		}
		for i := range 2 {
			writers.Go(func() {
				e, r := engines[i], rand.New(rand.NewPCG(2, uint64(i)))
				for end := time.Now().Add(time.Second / 2); time.Now().Before(end); runtime.Gosched() {
					row := r.IntN(len(version))
					v := version[row].Add(1)
					target := []Target{hardOn("row:" + fmt.Sprint(row)), {Keys: []*Key{unit(e, row)}}, wipe}[r.IntN(3)]
					if err := e.Invalidate(bg, target); err != nil {
						t.Error(err)
					}
					for old := returned[row].Load(); old < v && !returned[row].CompareAndSwap(old, v); old = returned[row].Load() {
					}
				}
			})
		}
		writers.Wait()
		close(stop)
		readers.Wait()
		t.Logf("renders %d, hits %d, versions %d, wrong %d", renders.Load(), hits.Load(), version[0].Load()+version[1].Load()+version[2].Load(), wrong.Load())
		if wrong.Load() != 0 || hits.Load() == 0 || renders.Load() == 0 {
			t.Errorf("%d of %d hits were of an invalidated row", wrong.Load(), hits.Load())
		}
	})
}

func TestPrefixesShareNothing(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		a, b, again := engine(t, s, Options{Prefix: "a"}), engine(t, s, Options{Prefix: "b"}), engine(t, s, Options{Prefix: "a"})
		view := engine(t, store.Prefixed(s, "a"), Options{})
		for _, e := range []*Engine{a, b, view} {
			keep(t, e, key(e, "k"), "of "+e.Space(), "t")
		}
		want(t, again, key(again, "k"), "of "+a.Space())
		if err := a.Invalidate(bg, hard); err != nil {
			t.Fatal(err)
		}
		want(t, a, key(a, "k"), "")
		want(t, again, key(again, "k"), "")
		want(t, b, key(b, "k"), "of "+b.Space())
		want(t, view, key(view, "k"), "of "+view.Space())
		if err := b.Invalidate(bg, wipe); err != nil {
			t.Fatal(err)
		}
		want(t, b, key(b, "k"), "")
		want(t, view, key(view, "k"), "of "+view.Space())
	})
}

func TestFullTablesForgetEntriesNotInvalidations(t *testing.T) {
	s := memstore.New(memstore.Options{})
	defer s.Close()
	e := engine(t, s, Options{MaxMarks: 2})
	k, other := key(e, "k"), key(e, "other")
	keep(t, e, k, "x", "t")
	keep(t, e, other, "y")
	for i := range 5 {
		if err := e.Invalidate(bg, hardOn(fmt.Sprint(i), "t")); err != nil {
			t.Fatal(err)
		}
		want(t, e, k, "")
	}
	want(t, e, other, "") // the price of a table that is too small
	keep(t, e, other, "z")
	want(t, e, other, "z")
	page := e.Key(indexedFace, []byte("/"))
	r := begin(t, e, bg, page, Access{Varied: language("de")})
	r.Commit(Product{Parts: [][]byte{[]byte("de")}, Life: Life{Fresh: minute}, Names: []string{"Accept"}})
	if n, _ := e.Find(bg, page, language("de")); n == nil || string(n.Payload) != "de" {
		t.Error("a list of names did not fit into the table")
	}
	if n, _ := e.Find(bg, page, language("en")); n != nil {
		t.Errorf("for another language %q was found", n.Payload)
	}
}

func TestVaryListsGrow(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		k := e.Key(indexedFace, []byte("/"))
		page := func(lang language, body string, names ...string) (string, string) {
			n, r := e.Start(bg, k, Access{Varied: lang})
			if r == nil {
				return string(n.Payload), "hit"
			}
			_, why := r.Commit(Product{Parts: [][]byte{[]byte(body)}, Life: Life{Fresh: minute}, Names: names})
			return body, why
		}
		page("de", "1")
		if got, why := page("en", "2"); got != "1" || why != "hit" {
			t.Errorf("%q (%s), want a hit: nothing varies", got, why)
		}
		if err := e.Invalidate(bg, Target{Keys: []*Key{k}}); err != nil {
			t.Fatal(err)
		}
		page("de", "3", "Accept-Language")
		if !k.Varies() {
			t.Error("the unit is not known to vary")
		}
		if got, why := page("en", "4", "Accept-Language"); got != "4" || why != "" {
			t.Errorf("%q (%s), want a page in English", got, why)
		}
		for lang, body := range map[language]string{"de": "3", "en": "4"} {
			if got, why := page(lang, "5"); got != body || why != "hit" {
				t.Errorf("%s: %q (%s), want %q", lang, got, why, body)
			}
		}
		for i := range maxNames + 1 { // somebody makes the handler name ever more
			if _, why := page(language(fmt.Sprint("x", i)), "6", fmt.Sprint("X-", i)); why == "vary-too-long" {
				return
			}
		}
		t.Errorf("more than %d names were kept", maxNames)
	})
}

func TestPurgeTakesEveryVariant(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		k := e.Key(indexedFace, []byte("/"))
		for range 2 {
			for _, l := range []language{"de", "en"} {
				if n, r := e.Start(bg, k, Access{Varied: l}); n == nil {
					r.Commit(Product{Parts: [][]byte{[]byte(l)}, Life: Life{Fresh: minute}, Names: []string{"Accept-Language"}})
				}
			}
		}
		if err := e.Invalidate(bg, Target{Keys: []*Key{k}}); err != nil {
			t.Fatal(err)
		}
		for _, l := range []language{"de", "en"} {
			if n, _ := e.Find(bg, k, l); n != nil {
				t.Errorf("%s is still there", l)
			}
		}
	})
}

func TestSoftMeansStaleAndNotDead(t *testing.T) {
	onBothForms(t, func(t *testing.T, s store.Store) {
		e := engine(t, s, Options{})
		k := key(e, "k")
		keep(t, e, k, "x", "t", "u")
		for range maxSoft {
			if err := e.Invalidate(bg, soft); err != nil {
				t.Fatal(err)
			}
			n, _ := e.Find(bg, k, nil)
			if n == nil || !n.Soft() || n.Fresh(e.Now()) || !n.Stale(e.Now()) {
				t.Fatalf("found %+v, want it stale", n)
			}
		}
		if err := e.Invalidate(bg, hardOn("u")); err != nil {
			t.Fatal(err)
		}
		if n, _ := e.Find(bg, k, nil); n != nil {
			t.Error("hard invalidated, and still there")
		}
		keep(t, e, k, "y", "t", "u")
		want(t, e, k, "y")
	})
}
