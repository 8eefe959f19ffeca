// Package kit is what every benchmark of page caches needs: a list of the
// caches to compare, a handler to put behind them, requests as net/http hands
// them over, and a ResponseWriter that drops what it is given.
//
// A cache joins all benchmarks by one call of Register from an init function;
// packages limits, rivals and pantry (larder itself) do so. What is measured
// with the dropping writer is the cache alone: the kernel's part of a request
// over a socket is some twenty times larger, and is measured by command web.
package kit
