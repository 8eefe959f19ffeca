package store

import "time"

// Local is a store whose content lives and dies with this process. It can hold
// a decoded object beside the bytes, so that a hit decodes nothing, and state
// that must be shared by everybody who uses the same store.
//
// Its methods take the store's own keys. Behind a [View] it is reached with
// [Unwrap].
type Local interface {
	Store

	// GetLive returns what is kept under key: the bytes, and the object that was
	// stored with them, or nil. Neither may be changed. It takes no lock,
	// allocates nothing and copies nothing.
	GetLive(key string) (value []byte, live any, found bool)

	// SetLive stores value and live as Store.Set does, without copying: value
	// belongs to the store from now on, whatever SetLive returns, and live must
	// not change any more. extra is the number of bytes that live keeps in
	// memory beyond value; it counts towards the bound of the store. A live
	// that is a [Dropper] is told when it is no longer what the key holds.
	SetLive(key string, value []byte, live any, extra int, ttl time.Duration) error

	// Slot returns the object that hangs on this store under name. The first
	// call for a name makes it with build, which runs once and must not call
	// Slot; everybody else gets the same one, until the store is closed.
	Slot(name string, build func() any) any
}

// Dropper is a live object that wants to know when its store has let go of it:
// evicted, expired, replaced, deleted or cleared. Who holds on to it beyond
// that would hold memory that nobody counts, and might show what is gone.
type Dropper interface {
	// Dropped is called once, before any call that removed or replaced the
	// object returns. It must be quick, and must not call the store.
	Dropped()
}
