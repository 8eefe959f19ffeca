// Package memcachestore keeps values in one or more Memcached servers.
//
// Importing the package registers two schemes:
//
//	memcached://h1:11211,h2:11211        servers that share the keys among them
//	memcached+unix:///run/memcached.sock one server over a unix socket
//
// The parameters:
//
//	prefix=shop     see package store
//	timeout=250ms   the longest time that a call waits for an answer of a server
//	pool=64         idle connections kept per server, besides a few that read
//
// # Keys
//
// Memcached takes keys of 250 bytes without blanks. Other keys are stored under
// a hash. Every key also carries a digest of the list of servers, because
// processes with different lists find the same key on different servers: they
// share nothing, rather than to see each other's changes only now and then. The
// order in a list does not matter.
//
// The part of a key in braces, if there is one, chooses the server, so keys with
// the same part live and die together.
//
// # Time
//
// Memcached counts whole seconds, and an entry of one second may be gone after a
// moment. So entries are kept a second longer there. Where a lifetime is no
// whole number of seconds, its end is stored with the value and looked at by the
// reader; for such lifetimes the clocks of the hosts should agree. Lifetimes of
// more than six years mean forever.
//
// # Failures
//
// A call that finds its server dead is an error. After three of them in a row
// the server is left alone for a second, and calls for it fail at once. A
// context is looked at when a call begins; the parameter timeout bounds the call.
//
// Memcached cannot list its keys, so Keys and Clear are not supported.
package memcachestore
