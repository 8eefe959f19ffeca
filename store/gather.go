package store

import (
	"context"
	"sync"
	"time"
)

const (
	// gatherFrom is how many round trips are under way before further reads are
	// gathered. One would do for speed; four keep a large value from holding up
	// everybody.
	gatherFrom = 4

	// gatherUpTo is from how many keys on a batch takes no more reads.
	gatherUpTo = 100
)

// Gatherer lets concurrent reads of one server share round trips, for backends
// whose client does not. Most of the cost of a small read are system calls and
// wake-ups; on a busy web server this divides them by the number of those who
// wait.
//
// While few round trips are under way each read is one, made at once by its
// caller. What comes while several are under way waits, and is asked for together
// when one of them is done. A key that several ask for is asked for once, and
// they share the value. There are no goroutines, and no timers, so a lone reader
// pays nothing.
//
// Measured on two cores with three keys, of together 1 KiB, per read of one of
// 200 pages: from 50 goroutines 6 µs with it and 15 µs without over Redis, 6 and
// 13 µs over Memcached. Where all want the same page of 16 KiB it is 5 µs instead
// of 36 and 21.
//
// It may be used concurrently. Make one with [NewGatherer].
type Gatherer struct {
	timeout time.Duration
	ask     AskFunc

	mu       sync.Mutex
	underWay int
	waiting  []*gathered // in the order of their turns; only the last one grows
}

// AskFunc makes one round trip: it puts the values that are found under keys at
// the same places of values, where there is nil, and never puts nil for an empty
// value. It must return soon after deadline at the latest. The context is for the
// values in it.
type AskFunc func(ctx context.Context, deadline time.Time, keys []string, values [][]byte) error

// gathered is what is asked for together, by the first who came.
type gathered struct {
	keys   []string
	places map[string]int // of keys
	values [][]byte
	err    error
	turn   chan struct{} // closed when a round trip that was under way is done
	done   chan struct{} // closed when values and err are there
}

// NewGatherer gathers reads that ask makes. A read with all that it waits for
// takes no longer than timeout.
func NewGatherer(timeout time.Duration, ask AskFunc) *Gatherer {
	return &Gatherer{timeout: timeout, ask: ask}
}

// Get puts the values that are found under keys at the same places of values,
// where there must be nil. After an error they mean nothing. A context with a
// deadline before the timeout is not made to wait for others.
func (g *Gatherer) Get(ctx context.Context, keys []string, values [][]byte) error {
	deadline := time.Now().Add(g.timeout)
	if own, ok := ctx.Deadline(); ok && own.Before(deadline) {
		return g.ask(ctx, own, keys, values)
	}
	b, first := g.join(keys)
	switch {
	case b == nil:
		defer g.leave()
		return g.ask(ctx, deadline, keys, values)
	case first:
		<-b.turn
		// The others want their answers though the first may have gone. Of their
		// deadlines, that of the first is the earliest.
		g.send(context.WithoutCancel(ctx), deadline, b)
	default:
		<-b.done
	}
	for i, key := range keys {
		values[i] = b.values[b.places[key]]
	}
	return b.err
}

// join returns what keys are gathered with, and whether they are the first
// there; nil if they may be asked for alone now.
func (g *Gatherer) join(keys []string) (b *gathered, first bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.underWay < gatherFrom {
		g.underWay++
		return nil, false
	}
	if n := len(g.waiting); n > 0 && len(g.waiting[n-1].keys) < gatherUpTo {
		b = g.waiting[n-1]
	} else {
		b, first = &gathered{places: make(map[string]int), turn: make(chan struct{}), done: make(chan struct{})}, true
		g.waiting = append(g.waiting, b)
	}
	b.add(keys)
	return b, first
}

func (b *gathered) add(keys []string) {
	for _, key := range keys {
		if _, ok := b.places[key]; !ok {
			b.places[key] = len(b.keys)
			b.keys = append(b.keys, key)
		}
	}
}

// leave gives the place of a round trip that is done to those who wait longest.
func (g *Gatherer) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.underWay--
		return
	}
	close(g.waiting[0].turn)
	g.waiting[0] = nil
	g.waiting = g.waiting[1:]
}

// send makes the round trip of b.
func (g *Gatherer) send(ctx context.Context, deadline time.Time, b *gathered) {
	defer close(b.done)
	defer g.leave()
	b.values = make([][]byte, len(b.keys))
	b.err = g.ask(ctx, deadline, b.keys, b.values)
}
