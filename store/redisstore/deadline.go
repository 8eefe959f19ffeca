package redisstore

import (
	"context"
	"time"
)

// deadlineContext is its parent with an earlier deadline, which the client puts
// on the connection. Unlike a context with a timeout it has no timer, which
// would cost more than the rest of a short call: nothing but the connection
// waits for it.
type deadlineContext struct {
	context.Context
	deadline time.Time
}

func (c *deadlineContext) Deadline() (time.Time, bool) { return c.deadline, true }

// bound returns ctx with the store's deadline, or the error of a ctx that is
// done already.
func (s *Store) bound(ctx context.Context) (context.Context, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	latest := time.Now().Add(s.timeout)
	if own, ok := ctx.Deadline(); ok && own.Before(latest) {
		return ctx, nil
	}
	return &deadlineContext{ctx, latest}, nil
}
