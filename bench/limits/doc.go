// Package limits registers what no cache can beat: the least work that answers
// a request, for each store.
//
//   - limit-bare puts ready header slices and a ready body.
//   - limit-said puts two more, Age and Cache-Status, as a cache does that says
//     of an answer what RFC 9111 and RFC 9211 have it say.
//   - limit-set is a handler as one writes it by hand.
//   - limit-floor is the least that a page cache does on a hit: it makes a key
//     of method, host and URI, hashes it, looks it up in a sharded map behind a
//     lock, compares the whole key, compares the expiry with the clock, puts the
//     header slices and writes. limit-floor-coarse reads the time from a ticker.
//   - limit-floor-remote does so over one GET of Redis (go-redis) or Memcached
//     (gomemcache), and decodes without a copy of the body.
//   - limit-floor-rueidis and limit-floor-rueidis-near do the same with another
//     client of Redis, without and with its copies in the process.
//
// They leave out what a cache for real use must do: Vary, Age, conditional
// requests, tags, outages. Figures are quoted as ratios to them, since ratios
// mean the same on every machine.
package limits
