package store

import (
	"context"
	"errors"
	"math"
	"time"
)

// Store keeps values under keys for a time. All methods are safe for concurrent
// use.
//
// A key is any string, empty or binary included; a backend whose engine is
// pickier translates it. A value is any sequence of bytes; nil and empty are
// the same value when written.
//
// A store may drop anything at any time to make room. That is a miss, never an
// error. It must not bring back what was overwritten or deleted.
//
// A call whose context is done when it begins returns the context's error and
// has no effect. When a write returns another error it may have happened or
// not; only [ErrTooLarge] says for certain what is there now.
type Store interface {
	// Get returns the value of key. An absent or expired key is found == false
	// with a nil error; err is a failure of the store and nothing else.
	//
	// The value may be shared with other callers and with the store itself:
	// nobody may write to it.
	Get(ctx context.Context, key string) (value []byte, found bool, err error)

	// Set stores value under key, in place of an earlier value and its lifetime.
	// The caller may reuse value as soon as Set returns.
	//
	// The value is there for ttl, unless it is evicted: it never expires early
	// and at most one second late. A ttl of [Forever] never expires. With a ttl
	// of zero or less the key is absent afterwards.
	//
	// A value that the store cannot take is an error that wraps [ErrTooLarge],
	// and the earlier value is gone then: a reader must not be left with bytes
	// that somebody meant to replace.
	Set(ctx context.Context, key string, value []byte, ttl time.Duration) error

	// Delete removes key and reports whether it was there. Deleting an absent or
	// expired key is no error.
	Delete(ctx context.Context, key string) (existed bool, err error)
}

// Forever is the lifetime of a value that never expires. The engine may still
// evict it.
const Forever = time.Duration(math.MaxInt64)

var (
	// ErrNotFound says that a key which must exist does not, as for [Incr].
	ErrNotFound = errors.New("store: key not found")

	// ErrTooLarge says that a value, with its key, is larger than the store can
	// keep. Nothing is stored under the key afterwards.
	ErrTooLarge = errors.New("store: value too large")
)

// Item is one value of a [SetMany].
type Item struct {
	Key   string
	Value []byte
	TTL   time.Duration // as in Store.Set
}
