package readthrough

import (
	"context"
	"errors"
	"slices"

	"github.com/larder-go/larder/store"
)

// marks is coherence: it says which entries still count. There are two forms,
// an ordered clock for a store inside this process and random tokens for one
// that is shared.
type marks interface {
	// find reads the entry of k and everything it depends on, and returns it
	// if it counts.
	find(ctx context.Context, k *Key, v Varied) (*Entry, error)
	findMany(ctx context.Context, ks []*Key) ([]*Entry, error)
	// begin takes the stamp of a render: what its result will depend on, as
	// it is now. It returns the entry that counts, if there is one by now,
	// usable or not. Where the render has a flight it is told to other
	// processes too, and what one of them makes is waited for; a render that
	// is deferred has neither waited nor a stamp.
	begin(r *Render, a *Access) *Entry
	// seal checks the stamp of a render that has ended and writes it into n.
	// It returns why n must not be kept, or "". exact: others wait for the
	// answer, so it must be certain now.
	seal(r *Render, n *Entry, names []string, exact bool) string
	// write stores a sealed entry.
	write(r *Render, n *Entry, blob []byte, ttl duration) string
	// prolong makes the marks of n last as long as n, which is about to be kept
	// for ttl; known are those that its stamp was taken from, nil for none. write
	// does it too.
	prolong(ctx context.Context, n *Entry, known map[string][]byte, ttl duration)
	// names is what the unit varies on, as far as this can be told without
	// asking a server.
	names(k *Key) []string
	// rootValue is the part of a rooted key that changes with each Clear.
	rootValue(ctx context.Context, k *Key, create bool) (string, error)
	invalidate(ctx context.Context, t Target) error
	// apart reports whether a Clear tells r and n of itself one after the
	// other, so that in between r may begin anew and yet use n.
	apart(r *Render, n *Entry) bool
	local() bool
}

// stamp is what a render's result depends on.
type stamp struct {
	taken    bool
	root     uint64 // shared: token; local: clock
	index    uint64
	names    []string // of the index when the stamp was taken
	rootText string   // of a rooted face: the part of its key
	// shared stores only
	record []byte // the index record, for Swap
	seenBy []string
	begun  map[string]uint64 // of the tags known then; never changed
	tokens map[string]uint64 // and those of late tags
	raw    map[string][]byte // mark records, for Swap
	pulses []uint64
}

// union is a with the names of b that it lacks.
func union(a, b []string) []string {
	for _, n := range b {
		if !slices.Contains(a, n) {
			a = append(a[:len(a):len(a)], n)
		}
	}
	return a
}

// sealStatus turns an error of the store into the reason why nothing is kept.
func sealStatus(err error) string {
	switch {
	case errors.Is(err, store.ErrTooLarge):
		return "too-large"
	case errors.Is(err, ErrUnavailable):
		return "store-unavailable"
	}
	return "store-error"
}
