package store

import "context"

// Pinger is a store that can tell whether its engine answers.
type Pinger interface {
	// Ping returns nil if the engine answered, all of its servers if it has
	// several.
	Ping(ctx context.Context) error
}

// Ping asks s for an answer as [Pinger] describes; a store without that
// capability is asked for a key that nobody writes.
func Ping(ctx context.Context, s Store) error {
	if p, ok := s.(Pinger); ok {
		return p.Ping(ctx)
	}
	_, _, err := s.Get(ctx, "ping")
	return err
}
