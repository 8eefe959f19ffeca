package store

// Forgetter is a store that may be one which keeps nothing, by intent. Such a
// store accepts everything, as an engine would that evicts each value the moment
// it was stored: reads are misses, Set and Add succeed, Delete and Touch find
// nothing, Incr fails with [ErrNotFound], and Swap succeeds for those who expect
// the key to be absent. Done contexts are errors as everywhere.
type Forgetter interface {
	// Forgets tells whether the store keeps nothing. It never changes.
	Forgets() bool
}

// Forgets tells whether s keeps nothing, as [Forgetter] describes.
func Forgets(s Store) bool {
	f, ok := s.(Forgetter)
	return ok && f.Forgets()
}
