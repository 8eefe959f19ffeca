package readthrough

import (
	"weak"

	"github.com/larder-go/larder/store"
)

// handle is what a local store has of an entry that was decoded from its
// bytes: enough to tell it that the bytes are gone, and not enough to keep it
// in memory. That is done by the key table alone, whose size is bounded.
type handle struct{ entry weak.Pointer[Entry] }

// Dropped implements store.Dropper.
func (h handle) Dropped() {
	n := h.entry.Value()
	if n == nil {
		return
	}
	n.gone.Store(true)
	if va := n.at.Load(); va != nil {
		va.last.CompareAndSwap(n, nil)
	}
}

// decoded is the entry behind what is attached to a store's bytes, nil if
// nothing is, or nobody uses it any more.
func decoded(live store.Dropper) *Entry {
	if h, ok := live.(handle); ok {
		return h.entry.Value()
	}
	return nil
}

// hold remembers an entry that is attached to the store's bytes, until the
// store has let go of them.
func (va *variant) hold(n *Entry) {
	if va.last.Load() == n {
		return
	}
	n.at.Store(va)
	va.last.Store(n)
	if n.gone.Load() { // dropped in between
		va.last.CompareAndSwap(n, nil)
	}
}
