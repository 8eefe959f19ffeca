// Package probe finds out what only a process of its own can tell: the heap
// that stored pages take, the cost of a collection, the rate of one process
// among several.
//
// A program that calls Main first thing can be started by Run as such a
// process. It is the same binary, so nothing else has to be built.
package probe
