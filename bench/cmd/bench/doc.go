// Command bench compares larder with the limits and with other page caches for
// Go, without a network but the loopback, in less than ten minutes.
//
//	go run ./cmd/bench                    everything
//	go run ./cmd/bench -only hit,zipf     sections whose names begin so
//	go run ./cmd/bench -quick             a look at it: figures mean little
//	go run ./cmd/bench -json book.json    also for command report
//
// It prints a table for each section, with medians over interleaved rounds and
// ratios to the limit in the same rounds, and last what was to be reached and
// what was. Rows over Redis and Memcached need redis-server and memcached.
//
// It ends with 1 if a bar is missed, so that a job can watch over it.
package main
