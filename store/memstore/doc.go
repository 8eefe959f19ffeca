// Package memstore keeps values in the memory of this process. It is the
// fastest store there is, and one that tells who has decoded its bytes when they
// go ([store.Local]).
//
// The memory is bounded by bytes, not by entries: keys, values and the
// book-keeping of each entry count. When the bound is reached, the entries least worth keeping go first, judged by how
// often and how lately they were read (W-TinyLFU, in the package otter), so a
// flood of keys that nobody asks for again pushes out little else.
//
// Importing the package registers the scheme memory:
//
//	memory://                  a store of its own
//	memory://pages             shared by all that open this name in the process
//	memory://?max=1GiB         bounded by 1 GiB instead of 256 MiB
//
// The common parameters prefix and timeout are accepted as well; the latter has
// no effect, because nothing here ever waits.
//
// # Time
//
// A read compares the lifetime of an entry with a clock that a goroutine reads
// ten times a second: asking the system on each hit would double its cost.
// Lifetimes themselves are counted exactly. So a value never expires early, and
// up to a tenth of a second late. Expired values leave memory within seconds,
// read or not.
package memstore
