// Package larder is one socket for many cache engines, with three faces on it:
// whole pages, template fragments and plain values. An app says once, by a URL
// in its settings, where things are kept; no line of code names Redis or
// Memcached.
//
//	cache, err := larder.Open(ctx, os.Getenv("CACHE_URL")) // "", memory://, redis://…, memcached://…
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer cache.Close()
//
//	mux.Handle("GET /", cache.CachePage(15*time.Minute)(frontPage))
//
//	top, err := larder.GetOrSet(ctx, cache, "top-products", 15*time.Minute, queryTopProducts)
//
// Blocks of html/template are cached by package fragment, on the same cache.
//
// # What it promises
//
// However many ask for something cold at once, it is made once. What is being
// rendered may say on the way what it depends on, with [Tag]; once
// [Cache.Invalidate] of such a tag has returned, nothing whose making had begun
// before the call is served any more, as a value, inside a fragment, or inside
// a page around it. A store that fails or hangs costs speed and never a page.
// And nobody gets what was meant for somebody else: what sets a cookie, is
// marked private, or belongs to a signed-in visitor is neither kept nor served
// from the cache, unless a route says how it varies.
//
// # Keys, versions and prefixes
//
// Caches that share a server are kept apart by [WithPrefix]. Values also carry
// a version, as in Django: [WithVersion] sets it, [Cache.AtVersion] looks at
// another one. A key may be any text.
//
// # Lifetimes
//
// A TTL is a [time.Duration]. [Forever] never runs out, [DefaultTTL] stands for
// what [WithTTL] says (5 minutes without it), and zero or less means that
// nothing is kept and what was there goes.
//
// # Failures
//
// A miss is a value, a failure is an error. Pages and fragments never fail
// because of the cache. [GetOrSet] reports a failing store with an error for
// which errors.Is(err, ErrStore) holds, and still returns what load gave.
package larder
