package observe

import (
	"context"
	"time"
)

// Hooks are the functions that a cache calls when something happens. Every
// field may be nil. A *Hooks must not be changed once it was handed to a cache.
type Hooks struct {
	// Lookup is called once for each fragment or page that was asked for, and for
	// each value that was asked for with GetOrSet.
	Lookup func(ctx context.Context, l Lookup)
	// Render is called when a render (a handler, a block, a load) has ended.
	Render func(ctx context.Context, r Render)
	// Invalidate is called after each Invalidate, Purge and Clear.
	Invalidate func(ctx context.Context, i Invalidate)
	// StoreError is called for each failed call of the store, and for each
	// record that did not decode (Err wraps the reason).
	StoreError func(ctx context.Context, e StoreError)
	// Breaker is called when the circuit breaker opens (true) and closes (false).
	Breaker func(open bool)
}

// Outcome says how a lookup ended.
type Outcome uint8

// The outcomes of a lookup.
const (
	Miss   Outcome = iota // nothing usable: it is rendered
	Hit                   // a fresh copy was used
	Stale                 // a stale copy was used
	Wait                  // another request's render, in this process or another one, was waited for and used
	Bypass                // the cache was not asked
)

var outcomes = [...]string{"miss", "hit", "stale", "wait", "bypass"}

// String is the outcome in one lower-case word.
func (o Outcome) String() string {
	if int(o) < len(outcomes) {
		return outcomes[o]
	}
	return "unknown"
}

// Lookup tells how one question to the cache ended.
type Lookup struct {
	Face    string // "value", "fragment" or "page"
	Name    string // the block's name, the value's key, the page's URL path
	Outcome Outcome
	Reason  string // why it was no hit, in a word or two; "" for a hit
}

// Render tells about one run of a handler, a block or a load function.
type Render struct {
	Face   string
	Name   string
	Took   time.Duration
	Kept   bool   // the result is in the store
	Reason string // why it was not kept; "" when it was
	Bytes  int    // size of what was made, where it is known
}

// Invalidate tells about one invalidation.
type Invalidate struct {
	Tags []string
	Keys int // how many units (URLs under each route's key policy) were purged
	All  bool
	Soft bool
	Err  error
}

// StoreError tells about one failure of the store.
type StoreError struct {
	Op  string // what was being done: "lookup", "begin", "wait", "keep", "lease", "invalidate", "decode" …
	Err error
}
