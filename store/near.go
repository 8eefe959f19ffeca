package store

import "time"

// Nearer is a shared store whose user wants copies of what this process reads
// to be kept in its memory.
type Nearer interface {
	// Near returns how many bytes of copies may be kept, 0 for none, and the
	// lag: for how long a process may go without asking whether anything was
	// invalidated. It must be the same for all processes on the store.
	Near() (bytes int64, lag time.Duration)
}

// Near returns what [Nearer] describes, zeros for stores without near copies.
func Near(s Store) (bytes int64, lag time.Duration) {
	if n, ok := s.(Nearer); ok {
		return n.Near()
	}
	return 0, 0
}
