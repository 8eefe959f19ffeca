package store

// Sharder is a store that spreads its keys over servers which fail one by one.
type Sharder interface {
	// Shards returns how many copies of a record that every request reads should
	// be kept under different keys, so that the death of one server is not
	// everybody's. It is at least 1 and never changes for one kind of store.
	Shards() int
}

// Shards returns the number of copies that [Sharder] describes, 1 for stores
// that live or die as a whole.
func Shards(s Store) int {
	if sh, ok := s.(Sharder); ok {
		return sh.Shards()
	}
	return 1
}
