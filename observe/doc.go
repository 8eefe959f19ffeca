// Package observe names what happens in a cache, so that a program can count,
// trace or log it.
//
// [Hooks] is a struct of optional functions, in the manner of
// net/http/httptrace: a nil field means "not interested" and costs nothing.
// New fields may be added later without breaking anyone. Hooks are called on
// the goroutine where the thing happened, several at a time, so they must be
// quick and safe for concurrent use; they must not call back into the cache.
//
//	hooks := &observe.Hooks{
//		Lookup: func(ctx context.Context, l observe.Lookup) {
//			lookups.WithLabelValues(l.Face, l.Outcome.String()).Inc()
//		},
//	}
//	cache, err := larder.Open(ctx, url, larder.WithHooks(hooks))
package observe
