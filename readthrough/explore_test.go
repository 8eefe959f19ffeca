package readthrough

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing/synctest"
	"time"
)

// world is a shared store, and the database beside it, in which every step on a
// single key waits until a scheduler lets it happen. Several engines on one
// world are several processes on one server.
type world struct {
	bend   bend
	copies int // of root and pulse; 0 is one

	mu       sync.Mutex
	data     map[string][]byte
	last     map[string][]byte // newest value that was ever written in this run
	waiting  []*step
	running  int  // actors that have not finished
	free     bool // steps happen as they come
	version  int  // of the row that everything is rendered from
	returned returned
	wrong    string
	run      string // of the server's memory
}

// returned are the newest versions whose invalidations have returned.
type returned struct{ hard, soft int }

// bend leaves a rule of the protocol out.
type bend struct {
	drop  func(actor int, kind, key string) bool                 // the step is acknowledged and does not happen
	get   func(actor int, key string, value, last []byte) []byte // what a read returns instead
	adopt func(key string, old, there, value []byte) (put bool)  // a Swap that does not compare
}

type step struct {
	actor int
	kind  string
	key   string
	run   chan struct{}
}

func (s *step) writes() bool { return s.kind != "get" }

func (s *step) String() string { return fmt.Sprintf("%d:%s %s", s.actor, s.kind, s.key) }

// independent steps may be exchanged without anybody seeing a difference.
func independent(a, b *step) bool {
	return a.key != everything && b.key != everything && (a.key != b.key || (!a.writes() && !b.writes()))
}

// everything is the key of a step that concerns all keys.
const everything = "*"

type actorKey struct{}

func actorOf(ctx context.Context) int { return ctx.Value(actorKey{}).(int) }

// step waits for the scheduler and then does it.
func (w *world) step(ctx context.Context, kind, key string, do func()) {
	w.mu.Lock()
	if !w.free {
		s := &step{actorOf(ctx), kind, key[strings.LastIndexByte(key, ':')+1:], make(chan struct{})}
		w.waiting = append(w.waiting, s)
		w.mu.Unlock()
		<-s.run
		w.mu.Lock()
	}
	defer w.mu.Unlock()
	if w.bend.drop == nil || !w.bend.drop(actorOf(ctx), kind, key) {
		do()
	}
}

func (w *world) Get(ctx context.Context, key string) (value []byte, found bool, err error) {
	w.step(ctx, "get", key, func() { value, found = w.data[key] })
	if w.bend.get != nil {
		w.mu.Lock()
		defer w.mu.Unlock()
		value = w.bend.get(actorOf(ctx), key, value, w.last[key])
		found = value != nil
	}
	return value, found, nil
}

func (w *world) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	w.step(ctx, "set", key, func() {
		if w.put(key, value); ttl <= 0 {
			delete(w.data, key)
		}
	})
	return nil
}

// Shards and Incarnation cost no step.
func (w *world) Shards() int { return max(w.copies, 1) }

func (w *world) Incarnation(context.Context) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.run, nil
}

// restart is a server that ends, and comes back with what it had saved before.
func restart(w *world, ctx context.Context) {
	var saved map[string][]byte
	w.step(ctx, "save", everything, func() { saved = maps.Clone(w.data) })
	w.step(ctx, "restart", everything, func() { w.data, w.run = saved, "second" })
}

func (w *world) put(key string, value []byte) {
	w.data[key] = bytes.Clone(value)
	w.last[key] = w.data[key]
}

func (w *world) Delete(ctx context.Context, key string) (existed bool, err error) {
	w.step(ctx, "delete", key, func() { _, existed = w.data[key]; delete(w.data, key) })
	return existed, nil
}

func (w *world) Add(ctx context.Context, key string, value []byte, _ time.Duration) (added bool, err error) {
	w.step(ctx, "add", key, func() {
		if _, there := w.data[key]; !there {
			w.put(key, value)
			added = true
		}
	})
	return added, nil
}

func (w *world) Swap(ctx context.Context, key string, old, value []byte, _ time.Duration) (swapped bool, err error) {
	w.step(ctx, "swap", key, func() {
		there, found := w.data[key]
		swapped = found == (old != nil) && bytes.Equal(there, old)
		if swapped || (w.bend.adopt != nil && w.bend.adopt(key, old, there, value)) {
			w.put(key, value)
			swapped = true
		}
	})
	return swapped, nil
}

func (w *world) Touch(ctx context.Context, key string, _ time.Duration) (existed bool, err error) {
	w.step(ctx, "touch", key, func() { _, existed = w.data[key] })
	return existed, nil
}

// An actor is one goroutine of the play. It has the world and a context that
// says who it is.
type actor func(w *world, ctx context.Context)

// A play is who acts on what. It is called for every run, so that its actors
// begin each with nothing known.
type play func(w *world) []actor

// explorer tries the orders in which the steps of a play can happen. Of orders
// that differ only in steps which do not touch each other it tries one (sleep
// sets), so that it covers all behaviour of a small play in thousands of runs.
type explorer struct {
	w     *world
	play  play
	stack []*fork
	runs  int
}

// fork is one moment at which several actors could go on.
type fork struct {
	enabled []*step // by actor
	sleep   uint64  // actors whose next step need not be tried here
	tried   uint64
	chosen  int
}

// all tries every order, up to limit runs. It returns what went wrong first, ""
// for nothing, and whether nothing was left to try.
func (x *explorer) all(limit int) (wrong string, complete bool) {
	for x.runs < limit {
		if wrong := x.run(x.follow); wrong != "" {
			return wrong, false
		}
		if !x.backtrack() {
			return "", true
		}
	}
	return "", false
}

// some tries orders at random.
func (x *explorer) some(seed uint64, runs int) (wrong string) {
	r := rand.New(rand.NewPCG(seed, 0))
	for range runs {
		chosen := func(_ int, enabled []*step) int { return enabled[r.IntN(len(enabled))].actor }
		if wrong := x.run(chosen); wrong != "" {
			return wrong
		}
	}
	return ""
}

// run lets the play happen once; next chooses an actor, or none (-1) when the
// rest of the run is known already.
func (x *explorer) run(next func(depth int, enabled []*step) int) (wrong string) {
	x.runs++
	w := x.w
	w.last, w.run = map[string][]byte{}, "first"
	w.data, w.version, w.returned, w.wrong, w.free = map[string][]byte{}, 0, returned{}, "", true
	actors := x.play(w) // may prepare the store
	w.free, w.running = false, len(actors)
	for i, act := range actors {
		go func() {
			act(w, context.WithValue(context.Background(), actorKey{}, i))
			w.mu.Lock()
			w.running--
			w.mu.Unlock()
		}()
	}
	var trace []string
	for depth := 0; ; depth++ {
		synctest.Wait()
		enabled := w.enabled()
		for naps := 0; len(enabled) == 0 && w.waits() && naps < 100; naps++ {
			pass()
			enabled = w.enabled()
		}
		if len(enabled) == 0 {
			break
		}
		chosen := next(depth, enabled)
		what := w.let(chosen)
		if trace = append(trace, what...); slices.ContainsFunc(what, isTick) {
			pass()
		}
	}
	if w.waits() {
		return "stuck after " + strings.Join(trace, ", ")
	}
	if w.wrong != "" {
		return w.wrong + " after " + strings.Join(trace, ", ")
	}
	return ""
}

// tick is the step of an actor that lets time pass, so that those who wait for
// another process look again. It passes by itself when there is nothing else.
const tick = "tick"

func isTick(step string) bool { return strings.HasSuffix(step, ":"+tick+" "+everything) }

func pass() {
	time.Sleep(2 * shortestPause)
	synctest.Wait()
}

func (w *world) waits() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.running > 0
}

func (w *world) enabled() []*step {
	w.mu.Lock()
	defer w.mu.Unlock()
	slices.SortFunc(w.waiting, func(a, b *step) int { return a.actor - b.actor })
	return slices.Clone(w.waiting)
}

// let one actor take its step, or all of them all their steps.
func (w *world) let(actor int) (what []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.free = actor < 0
	w.waiting = slices.DeleteFunc(w.waiting, func(s *step) bool {
		if actor >= 0 && s.actor != actor {
			return false
		}
		what = append(what, s.String())
		close(s.run)
		return true
	})
	return what
}

// follow goes the way of the stack, and beyond it the first that is worth it.
func (x *explorer) follow(depth int, enabled []*step) int {
	if depth < len(x.stack) {
		return x.stack[depth].chosen
	}
	f := &fork{enabled: enabled}
	if depth > 0 {
		f.sleep = x.stack[depth-1].asleep()
	}
	if f.chosen = f.untried(); f.chosen >= 0 {
		x.stack = append(x.stack, f)
	}
	return f.chosen
}

// asleep are those whose step, tried before the chosen one, leads to the same.
func (f *fork) asleep() (sleep uint64) {
	chosen := f.step(f.chosen)
	for before := f.sleep | f.tried; before != 0; before &= before - 1 {
		actor := bits.TrailingZeros64(before)
		if s := f.step(actor); s != nil && actor != f.chosen && independent(s, chosen) {
			sleep |= 1 << actor
		}
	}
	return sleep
}

func (f *fork) step(actor int) *step {
	for _, s := range f.enabled {
		if s.actor == actor {
			return s
		}
	}
	return nil
}

func (f *fork) untried() int {
	for _, s := range f.enabled {
		if (f.sleep|f.tried)>>s.actor&1 == 0 {
			return s.actor
		}
	}
	return -1
}

// backtrack goes back to the last fork with something left to try.
func (x *explorer) backtrack() bool {
	for len(x.stack) > 0 {
		f := x.stack[len(x.stack)-1]
		f.tried |= 1 << f.chosen
		if f.chosen = f.untried(); f.chosen >= 0 {
			return true
		}
		x.stack = x.stack[:len(x.stack)-1]
	}
	return false
}
