// Package field reads and writes the fields of HTTP messages that a cache
// lives by: Cache-Control and its targeted kin, dates and ages, Cache-Status,
// No-Vary-Search, Cache-Groups, Accept-Encoding, and the request fields that
// Vary selects by.
//
// It holds syntax and no policy. Every parser takes the lines of a field as
// http.Header keeps them, never panics, and never guesses: what is malformed
// is reported as malformed, and where a reading must be chosen it is the one
// that shares less. A directive that switches something off works whatever is
// wrong with its argument, and a lifetime that cannot be read is zero, not
// absent, because RFC 9111 §4.2.1 wants a response with invalid freshness to
// count as stale.
//
// The functions keep no state and may be called from any goroutine.
package field
