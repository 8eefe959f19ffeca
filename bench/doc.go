// Package bench holds larder's benchmarks as go test runs them, and the tests
// that keep its hit paths as they are.
//
//	go test -bench 'Hit/16KiB' .          one section, a row after the other
//	go run ./cmd/bench                    all sections, in interleaved rounds
//	go run ./cmd/web                      over the wire, beside nginx, Varnish and Django
//	go run ./cmd/report                   docs/performance.md with its plots
//	LARDER_BENCH_GUARD=1 go test -run Guard .
//
// TestAllocations says how often each path may allocate; allocations are
// counted, so that test is exact and runs always. TestGuard compares the
// processor time of a hit in memory with that of limit-floor, in interleaved
// rounds. A machine that is very busy can still disturb it, so it runs only if
// it is asked for.
//
// The module is apart from the library so that what it compares with is not
// asked of the library's users.
package bench
