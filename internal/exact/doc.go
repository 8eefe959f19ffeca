// Package exact holds no code but tests: they put pages, fragments and values
// to work together on real servers and look for a single wrong byte.
//
// A small database of numbered rows lies in memory that two processes share.
// Writers raise the number of a row, tell the cache by an invalidation, and
// note the number as settled once that has returned. Readers note what has
// settled, then ask for something that shows the row, through a page, a
// fragment, a value, or one inside the other. A number below the one that had
// settled before the request began is wrong. There is no tolerance and no
// waiting: one wrong answer fails the test.
//
// Meanwhile records of the cache vanish at random, servers are killed, come
// back empty, or come back with the memory of an earlier hour. And since a test
// that has never failed proves nothing, others break one rule of the cache each
// and demand that the wrong answers show.
//
// Each run prints its figures. It takes two seconds; LARDER_SOAK=10s makes it
// ten, or whatever time there is.
package exact
