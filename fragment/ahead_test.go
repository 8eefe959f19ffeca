package fragment

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/store"
)

// upTo is 0, 1 … n-1.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// newRemote is an app whose cache is on a server.
func newRemote(tb testing.TB, s *server, text string) *app {
	a := &app{}
	a.cache = s.cache(tb, larder.WithHooks(&observe.Hooks{Lookup: a.saw}))
	a.compile(tb, a.cache, text)
	return a
}

// wantOneTrip: the template asks the server once, for n blocks.
func (a *app) wantOneTrip(t *testing.T, s *server, n int, data any) {
	t.Helper()
	trips := s.count(func() { a.render(t, data) })
	if len(trips) != 1 || trips[0].call != "getmany" || trips[0].entries() != n {
		t.Errorf("%d round trips, want one getmany of %d blocks: %v", len(trips), n, trips)
	}
}

const fifty = `{{range .}}{{cache 60 "n" .}}[{{.}}]{{endcache}}{{end}}`

// TestBlocksOfLastTimeInOneRoundTrip: a range with a block for each item costs
// one lookup for each the first time, and one for all of them the second.
func TestBlocksOfLastTimeInOneRoundTrip(t *testing.T) {
	s, items := newServer(t), upTo(50)
	a := newRemote(t, s, fifty)
	want := a.render(t, items)
	a.wantOneTrip(t, s, 50, items)

	other := newRemote(t, s, fifty)
	if n := len(s.count(func() { other.want(t, items, want) })); n < 50 {
		t.Errorf("%d round trips of a process that knows nothing, want one for each block", n)
	}
	other.wantOneTrip(t, s, 50, items)
	other.want(t, items, want)
}

// TestBlocksInAHitAreNotReadAhead: nobody is going to ask for them.
func TestBlocksInAHitAreNotReadAhead(t *testing.T) {
	s := newServer(t)
	a := newRemote(t, s, `{{cache 60 "o" 1}}`+fifty+`{{endcache}}{{cache 60 "o" 2}}{{endcache}}`)
	a.render(t, upTo(50))
	a.wantOneTrip(t, s, 2, upTo(50))
}

// TestABlockReadsAheadForItself: of a list that is made anew all parts come in
// one round trip, however many they are.
func TestABlockReadsAheadForItself(t *testing.T) {
	anew := func(n int) (trips int, text string) {
		s := newServer(t)
		a := newRemote(t, s, `{{cache 60 "list"}}{{count}}`+fifty+`{{endcache}}`)
		a.render(t, upTo(n))
		a.invalidate(t, Key("list"))
		all := s.count(func() { text = a.render(t, upTo(n)) })
		return len(all), text
	}
	few, _ := anew(3)
	many, text := anew(40)
	if few != many {
		t.Errorf("%d round trips for a list of 3, %d for one of 40", few, many)
	}
	if text[0] != '2' {
		t.Errorf("the list was not made anew: %q", text)
	}
}

// TestWrongGuessesCostNoTrips: of pages that differ each time, a block costs
// one lookup at most, and soon nothing is asked for in vain.
func TestWrongGuessesCostNoTrips(t *testing.T) {
	s := newServer(t)
	a := newRemote(t, s, `{{cache 60 "head"}}{{endcache}}`+fifty)
	page := func(i int) []int { return []int{10 * i, 10*i + 1, 10*i + 2} }
	for i := range 5 {
		a.render(t, page(i))
	}
	for i := range 4 {
		trips := s.count(func() { a.render(t, page(i)) })
		if len(trips) != 4 || trips[0].entries() != 1 {
			t.Errorf("page %d: %d round trips, want 4, each for one block: %v", i, len(trips), trips)
		}
	}
	a.render(t, page(3))
	a.wantOneTrip(t, s, 4, page(3))
}

// TestSomeOfThePageChanges: what is new on a page that is mostly the same is
// read ahead the next time.
func TestSomeOfThePageChanges(t *testing.T) {
	s := newServer(t)
	a := newRemote(t, s, fifty)
	a.render(t, upTo(10))
	a.render(t, upTo(11))
	a.wantOneTrip(t, s, 11, upTo(11))
}

func TestReadingAheadIsBounded(t *testing.T) {
	s, n := newServer(t), maxAhead+20
	a := newRemote(t, s, fifty)
	a.render(t, upTo(n))
	trips := s.count(func() { a.render(t, upTo(n)) })
	if len(trips) != 21 || trips[0].entries() != maxAhead {
		t.Errorf("%d round trips, the first for %d blocks, want 21 and %d", len(trips), trips[0].entries(), maxAhead)
	}
}

// TestEachTemplateReadsAhead: the memory of one says nothing of another.
func TestEachTemplateReadsAhead(t *testing.T) {
	s := newServer(t)
	a := newRemote(t, s, `{{define "one"}}{{cache 60 "a"}}{{endcache}}{{cache 60 "b"}}{{endcache}}{{end}}`+
		`{{define "two"}}{{cache 60 "c"}}{{endcache}}{{cache 60 "d"}}{{endcache}}{{cache 60 "e"}}{{endcache}}{{end}}`)
	pages := map[string]int{"one": 2, "two": 3}
	execute := func(name string) {
		if err := a.ExecuteTemplate(t.Context(), io.Discard, name, nil); err != nil {
			t.Fatal(err)
		}
	}
	for name := range pages {
		execute(name)
	}
	for name, blocks := range pages {
		trips := s.count(func() { execute(name) })
		if len(trips) != 1 || trips[0].entries() != blocks {
			t.Errorf("%s: %d round trips, want one for %d blocks", name, len(trips), blocks)
		}
	}
}

// TestEachCacheIsReadAhead: one round trip to each that the page uses.
func TestEachCacheIsReadAhead(t *testing.T) {
	servers := map[string]*server{"default": newServer(t), "side": newServer(t)}
	store.Register("counted", func(_ context.Context, u *url.URL) (store.Store, error) { return servers[u.Host], nil })
	caches, err := larder.OpenCaches(t.Context(), map[string]larder.Config{"default": {URL: "counted://default"}, "side": {URL: "counted://side"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { caches.Close() })
	a := &app{}
	a.compile(t, must(caches.Get("default")), `{{range .}}{{cache 60 "n" .}}{{.}}{{endcache}}{{cache 60 "m" . (using "side")}}{{.}}{{endcache}}{{end}}`)
	a.want(t, upTo(3), "001122")
	for alias, s := range servers {
		trips := s.count(func() { a.want(t, upTo(3), "001122") })
		if len(trips) != 1 || trips[0].entries() != 3 {
			t.Errorf("%s: %d round trips, want one for 3 blocks: %v", alias, len(trips), trips)
		}
	}
}

// TestABlockAsksAgainForWhatWasMissing: a unit that is met twice is rendered
// once.
func TestABlockAsksAgainForWhatWasMissing(t *testing.T) {
	s := newServer(t)
	a := newRemote(t, s, `{{range .}}{{cache 60 "n" .}}{{count}}{{endcache}}{{end}}`)
	a.want(t, []int{1, 2, 1, 2}, "1212")
	a.invalidate(t, Key("n", 1), Key("n", 2))
	a.outcomes()
	a.want(t, []int{1, 2, 1, 2}, "3434")
	if got, want := a.outcomes(), []string{"miss n absent", "miss n absent", "hit n", "hit n"}; !slices.Equal(got, want) {
		t.Errorf("outcomes %q, want %q", got, want)
	}
	a.wantOneTrip(t, s, 2, []int{1, 2, 1, 2})
}

// TestNothingOldInANewBlock: what was read for the page before a block's render
// began is not used inside it. Else the block would be kept with it, though the
// cache was cleared in between.
func TestNothingOldInANewBlock(t *testing.T) {
	s := newServer(t)
	a := newRemote(t, s, `{{define "i"}}{{cache 60 "i"}}i{{count}}{{endcache}}{{end}}`+
		`{{cache 60 "first"}}{{endcache}}{{call .between}}{{cache 60 "o" .n}}{{template "i"}}{{endcache}} {{template "i"}}`)
	nothing := func() string { return "" }
	clear := func() (string, error) { return "", a.cache.Clear(t.Context()) }
	a.want(t, map[string]any{"between": nothing, "n": 1}, "i1 i1")
	a.want(t, map[string]any{"between": nothing, "n": 1}, "i1 i1")
	a.render(t, map[string]any{"between": clear, "n": 2})
	a.want(t, map[string]any{"between": nothing, "n": 2}, "i2 i2")
}

// TestInvalidationBetweenExecutions: what is read ahead is read anew by each
// execution.
func TestInvalidationBetweenExecutions(t *testing.T) {
	s := newServer(t)
	a, other := newRemote(t, s, `{{range .}}{{cache 60 "n" .}}{{count}}{{endcache}}{{end}}`), s.cache(t)
	a.want(t, upTo(3), "123")
	a.want(t, upTo(3), "123")
	if err := other.Invalidate(t.Context(), Key("n", 1)); err != nil {
		t.Fatal(err)
	}
	a.want(t, upTo(3), "143")
}

func TestReadingAheadFromABrokenStore(t *testing.T) {
	c := larder.New(broken{}, larder.WithLogger(slog.New(slog.DiscardHandler)))
	t.Cleanup(func() { c.Close() })
	a := &app{}
	a.compile(t, c, fifty)
	for range 3 {
		a.want(t, upTo(3), "[0][1][2]")
	}
}

func TestConcurrentReadingAhead(t *testing.T) {
	a := newRemote(t, newServer(t), `{{range .}}{{cache 60 "n" .}}[{{.}}{{cache 60 "i" .}}{{who ctx}}{{endcache}}]{{endcache}}{{end}}`)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 30 {
				n := (g + i) % 7
				want := fmt.Sprintf("[%d&lt;me&gt;][%d&lt;me&gt;]", n, n+1)
				if got := a.renderIn(t, testContext(), []int{n, n + 1}); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wg.Wait()
}
