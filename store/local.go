package store

import "time"

// Local is a store whose content lives and dies with this process. It takes
// bytes over without copying them, tells who has decoded some of them when it
// lets go of these, so that most hits need not ask it at all, and holds state
// that must be shared by everybody who uses the same store.
//
// Its methods take the store's own keys. Behind a [View] it is reached with
// [Unwrap].
type Local interface {
	Store

	// GetLive returns what is kept under key: the bytes, and what was attached
	// to them, or nil. Neither may be changed. It takes no lock, allocates
	// nothing and copies nothing.
	GetLive(key string) (value []byte, live Dropper, found bool)

	// Keep stores value as Store.Set does, without copying: value belongs to
	// the store from now on, whatever Keep returns.
	Keep(key string, value []byte, ttl time.Duration) error

	// Attach lays live beside the bytes under key, in place of what lay there
	// before, and reports whether it did: not if the key holds other bytes by
	// now than value, the very slice that GetLive returned. The store does not
	// count what live takes, so what it refers to should be small, or held by
	// a weak pointer.
	Attach(key string, value []byte, live Dropper) bool

	// Slot returns the object that hangs on this store under name. The first
	// call for a name makes it with build, which runs once and must not call
	// Slot; everybody else gets the same one, until the store is closed.
	Slot(name string, build func() any) any
}

// Dropper is told when the store has let go of the bytes to which it is
// attached: evicted, expired, replaced, touched, deleted or cleared. Who shows
// them beyond that shows what is gone, and holds memory that nobody counts.
type Dropper interface {
	// Dropped is called once, before any call that removed or replaced the
	// bytes returns. It must be quick, and must not call the store.
	Dropped()
}
