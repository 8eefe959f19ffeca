// Package storetest tells whether a store keeps the contract of package store.
// The test of a backend, also of one outside this module, is one call:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) store.Store {
//			return mystore.New(…)
//		})
//	}
//
// The suite looks at a store from the outside, through package store: a
// capability that the store lacks is tested as the fallback that everybody gets,
// or skipped where there is none. It uses only keys of its own, under a random
// prefix, and removes them, so it can run against a server that others use. It
// expects that a lightly used store evicts nothing within some seconds. It takes
// about three seconds, nearly all of it waiting for things to expire.
//
// A store that says that it keeps nothing, see store.Forgetter, is held to the
// rules for such stores instead.
//
// Each rule has a name and an explanation that is printed when it fails.
package storetest
