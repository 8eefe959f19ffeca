package store

import "time"

// TimeLimiter is a store that puts a bound on the time of its own calls.
type TimeLimiter interface {
	// Timeout returns the longest time that one call waits for the engine, on
	// top of the deadline that its context may have. Zero means no bound.
	Timeout() time.Duration
}

// Timeout returns the bound that [TimeLimiter] describes, 0 for stores that
// have none because they never wait.
func Timeout(s Store) time.Duration {
	if t, ok := s.(TimeLimiter); ok {
		return t.Timeout()
	}
	return 0
}
