package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errNoServer = errors.New("no server")

// held are round trips that are held up and answer each key with itself.
type held struct {
	mu      sync.Mutex
	asked   []string        // the keys of each round trip
	left    []time.Duration // how much time each of them had
	last    context.Context // of the last one
	release chan struct{}   // one for each that may end
	fail    bool
}

func (h *held) ask(ctx context.Context, deadline time.Time, keys []string, values [][]byte) error {
	h.mu.Lock()
	h.last = ctx
	h.asked = append(h.asked, strings.Join(keys, " "))
	h.left = append(h.left, time.Until(deadline))
	h.mu.Unlock()
	<-h.release
	if h.fail {
		return errNoServer
	}
	for i, key := range keys {
		if key != "absent" {
			values[i] = []byte(key)
		}
	}
	return nil
}

func newHeld() (*Gatherer, *held) {
	h := &held{release: make(chan struct{})}
	return NewGatherer(time.Second, h.ask), h
}

// get reads keys in the background and checks that each gets its own answer.
func get(ctx context.Context, t *testing.T, wg *sync.WaitGroup, g *Gatherer, h *held, keys ...string) {
	wg.Go(func() {
		values := make([][]byte, len(keys))
		err := g.Get(ctx, keys, values)
		if h.fail {
			if !errors.Is(err, errNoServer) {
				t.Errorf("%q: %v; want the error of the round trip", keys, err)
			}
			return
		}
		for i, key := range keys {
			if err != nil || (values[i] == nil) != (key == "absent") || key != "absent" && string(values[i]) != key {
				t.Errorf("%q at %d: %q, %v", keys, i, values[i], err)
			}
		}
	})
	synctest.Wait()
}

// busy makes as many reads as go out alone.
func busy(t *testing.T, wg *sync.WaitGroup, g *Gatherer, h *held) {
	for range gatherFrom {
		get(t.Context(), t, wg, g, h, "busy")
	}
}

func TestReadsAreGathered(t *testing.T) {
	for name, c := range map[string]struct {
		reads []string
		want  []string // of the round trips after the busy ones
		fail  bool
	}{
		"nobody waits":     {nil, nil, false},
		"one waits":        {[]string{"a b"}, []string{"a b"}, false},
		"two wait":         {[]string{"a b", "c"}, []string{"a b c"}, false},
		"the same is read": {[]string{"a b absent", "b c", "a b absent"}, []string{"a b absent c"}, false},
		"twice by one":     {[]string{"a a"}, []string{"a"}, false},
		"a full batch":     {[]string{numbers(gatherUpTo), "x", "y"}, []string{numbers(gatherUpTo), "x y"}, false},
		"an empty read":    {[]string{"", "a"}, []string{"a"}, false},
		"a failure":        {[]string{"a", "b"}, []string{"a b"}, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			g, h := newHeld()
			h.fail = c.fail
			var wg sync.WaitGroup
			busy(t, &wg, g, h)
			for _, keys := range c.reads {
				get(t.Context(), t, &wg, g, h, strings.Fields(keys)...)
			}
			for range gatherFrom { // one by one, so that the trips that follow have an order
				h.release <- struct{}{}
				synctest.Wait()
			}
			close(h.release)
			wg.Wait()
			if got := h.asked[gatherFrom:]; fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%s: the round trips were for %q; want %q", name, got, c.want)
			}
			if g.underWay != 0 || len(g.waiting) > 0 {
				t.Errorf("%s: afterwards %d are under way, %v waits", name, g.underWay, g.waiting)
			}
		})
	}
}

// numbers returns n different keys.
func numbers(n int) string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = strconv.Itoa(i)
	}
	return strings.Join(keys, " ")
}

func TestBatchesFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := newHeld()
		var wg sync.WaitGroup
		busy(t, &wg, g, h)
		for _, keys := range []string{"a", "b"} {
			get(t.Context(), t, &wg, g, h, keys)
			get(t.Context(), t, &wg, g, h, keys+keys)
			h.release <- struct{}{}
			synctest.Wait()
		}
		close(h.release)
		wg.Wait()
		if got := fmt.Sprint(h.asked[gatherFrom:]); got != "[a aa b bb]" {
			t.Errorf("the round trips were for %v", got)
		}
	})
}

func TestWaitingCountsForTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := newHeld()
		var wg sync.WaitGroup
		busy(t, &wg, g, h)
		for range 2 {
			get(t.Context(), t, &wg, g, h, "a")
			time.Sleep(100 * time.Millisecond)
		}
		close(h.release)
		wg.Wait()
		if got, want := h.left[gatherFrom], 800*time.Millisecond; got != want {
			t.Errorf("a batch had %v left; want the %v of its first", got, want)
		}
	})
}

func TestFirstOfABatchMayLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := newHeld()
		var wg sync.WaitGroup
		busy(t, &wg, g, h)
		ctx, leave := context.WithCancel(t.Context())
		get(ctx, t, &wg, g, h, "first")
		get(t.Context(), t, &wg, g, h, "second")
		leave()
		close(h.release)
		wg.Wait()
		if err := h.last.Err(); err != nil {
			t.Errorf("the round trip of both has a context with %v", err)
		}
	})
}

func TestLittleTimeIsNotSpentWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, h := newHeld()
		var wg sync.WaitGroup
		busy(t, &wg, g, h)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		get(ctx, t, &wg, g, h, "hasty")
		if n := len(h.asked); n != gatherFrom+1 || h.left[n-1] != 100*time.Millisecond {
			t.Errorf("%d round trips are under way, with %v left; want one more than %d, with 100ms", n, h.left[n-1], gatherFrom)
		}
		close(h.release)
		wg.Wait()
	})
}

func ExampleGatherer() {
	// A client of some engine, which reads any number of keys in one round trip.
	engine := map[string]string{"a": "1", "b": "2"}
	readAll := func(ctx context.Context, deadline time.Time, keys []string, values [][]byte) error {
		for i, key := range keys {
			if text, ok := engine[key]; ok {
				values[i] = []byte(text)
			}
		}
		return nil
	}
	g := NewGatherer(250*time.Millisecond, readAll)

	keys := []string{"a", "absent", "b"}
	values := make([][]byte, len(keys))
	err := g.Get(context.Background(), keys, values)
	fmt.Printf("%q %v\n", values, err)
	// Output: ["1" "" "2"] <nil>
}
