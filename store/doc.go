// Package store is the socket that cache engines plug into: it says what a
// store must do, and nothing about HTTP, templates or tags.
//
// A [Store] moves bytes under keys and forgets them in time. Three methods are
// enough to be one. Everything else is a capability: an interface of a single
// method, and a package function of the same name that uses the method where
// the store has it, and otherwise does the same thing with what the store does
// have, if that can be done honestly:
//
//	values, err := store.GetMany(ctx, s, keys) // one round trip on Redis, one Get per key elsewhere
//
// Where no honest substitute exists the function returns
// [errors.ErrUnsupported]. Add, for instance, is never imitated by a Get and a
// Set, because two callers could then both be told that they were first.
// Callers use the functions and assert no types.
//
// # Opening
//
// A URL in the settings names the engine, so that no other line of a program
// has to:
//
//	import _ "github.com/larder-go/larder/store/all"
//
//	s, err := store.Open(ctx, "redis://cache.internal:6379/0?prefix=shop&timeout=100ms")
//
// A backend registers its schemes when it is imported, as database/sql drivers
// do. Two parameters are common to all: prefix, which puts a [View] around the
// store, and timeout, the time that one call of a store may take.
//
// # Writing a backend
//
// Implement [Store], add the capabilities that the engine has natively, and run
// the suite in store/storetest against it: it tests each sentence of the
// contract below. A wrapper, such as one that counts calls, should forward
// every capability by calling the package functions on what it wraps, as [View]
// does. [Query] and [Hosts] read URLs, and a [Gatherer] makes a backend fast that
// many goroutines read from over a network.
package store
