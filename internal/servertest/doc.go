// Package servertest starts real servers for tests: Redis alone, with TLS, as a
// cluster or under a sentinel, and Memcached. They listen on free ports of the
// loopback interface, keep their files in a temporary folder, and end with the
// test. A test can kill, stop, freeze and restart them.
//
// A machine without the programs redis-server and memcached skips such tests,
// loudly. Where one of the environment variables CI and LARDER_REQUIRE_SERVERS
// is set, they fail instead.
package servertest
