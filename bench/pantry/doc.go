// Package pantry registers larder: on memory, Redis (also with near copies)
// and Memcached, and on memory with features at work that cost something on
// each hit.
//
//   - larder is the middleware as a program gets it by default.
//   - larder-vary answers from a page that varies on two request headers, as
//     its handler says in Vary.
//   - larder-tags has five tags.
//   - larder-304 is asked with the page's ETag in If-None-Match.
//   - larder-all does all three at once.
//   - larder-near keeps close what it read from Redis.
package pantry
