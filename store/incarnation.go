package store

import "context"

// Incarnater is a store on a server that may forget acknowledged writes and
// come back with what it knew before them.
type Incarnater interface {
	// Incarnation names the present run of the server's memory. The name changes
	// when a restart or a failover may have brought back records that had been
	// deleted or overwritten; while it stays the same, none came back. It costs
	// no round trip in the normal case. An empty name says that the store does
	// not know, or was told not to care.
	Incarnation(ctx context.Context) (string, error)
}

// Incarnation names the present run of the memory behind s as [Incarnater]
// describes. It is empty for stores that cannot lose what they acknowledged
// other than by forgetting it.
func Incarnation(ctx context.Context, s Store) (string, error) {
	if i, ok := s.(Incarnater); ok {
		return i.Incarnation(ctx)
	}
	return "", ctx.Err()
}
