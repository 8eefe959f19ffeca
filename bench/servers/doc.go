// Package servers starts the programs that benchmarks need besides Go: a Redis
// and a Memcached of their own, and what command web compares with.
//
// They listen on 127.0.0.1 on free ports, keep nothing on disk, and end with
// the benchmark. A program that is not installed is reported by name, so that
// a benchmark can leave its rows out and say so.
package servers
