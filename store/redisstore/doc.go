// Package redisstore keeps values in Redis, or in a server that speaks its
// protocol and knows scripts, such as Valkey: one server, one behind Sentinel,
// or a Cluster.
//
// Importing the package registers these schemes:
//
//	redis://user:password@host:6379/0         one server, database 0
//	rediss://host:6380/0                      the same over TLS
//	redis+unix:///run/redis.sock?db=0         over a unix socket
//	redis+cluster://h1:6379,h2:6379           a Cluster, from any of its nodes
//	redis+sentinel://h1:26379,h2/name/0       the primary that the sentinels know by that name
//
// rediss+cluster and rediss+sentinel do the latter two over TLS. The parameters:
//
//	prefix=shop     see package store
//	timeout=250ms   the longest time that a call waits for an answer
//	pool=20         connections kept per server; default 10 for each processor
//	restart=trust   see below
//	near=64MiB      memory for copies of pages and fragments in this process; default none
//	lag=20ms        with near: for how long copies go unquestioned, and how much
//	                longer invalidating takes; the same for all processes
//	ca=/path.pem    with TLS: certificates to trust instead of the system's
//	db=0            with redis+unix: the database
//
// For anything else, make a client of go-redis and pass it to [New].
//
// # Consistency
//
// Reads go to primaries only: a replica lags behind, and would show values that
// were deleted already. Nothing is tried twice. A write that got no answer may
// have happened, and for Add, Incr and Swap a second try would give the wrong
// answer; for the rest, a cache that must try again is no faster than no cache.
//
// A Redis that restarts from an older snapshot, or fails over to a replica that
// lagged, brings back what was deleted or overwritten since.
// [Store.Incarnation] changes then: it names the run of each server's memory,
// read when a connection is made, before its first command, and once a second
// while in use. The parameter restart=trust makes it empty, for those who would
// rather serve some old values after a restart than begin with a cold cache.
//
// Any eviction policy will do. With noeviction a full server refuses writes,
// which is an error of Set.
package redisstore
