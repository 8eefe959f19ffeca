// Package dummystore keeps nothing. It is the store for development, where
// every page should be rendered anew, and for finding out whether a fault comes
// from the cache: no line of the program changes, only the URL.
//
// It accepts everything and answers as an engine would that evicts each value
// the moment it was stored: reads miss, writes and Add succeed, Delete and Touch
// find nothing, and counting fails with [store.ErrNotFound]. Contexts are
// looked at as everywhere, so that a program notices the same mistakes.
//
// Importing the package registers the scheme dummy, as in dummy://.
package dummystore
