// Package cachepage keeps whole HTTP responses and answers with them: it is
// larder's counterpart of Django's cache_page, as net/http middleware.
//
//	mux.Handle("GET /product/{id}", cache.CachePage(15*time.Minute,
//		cachepage.Tags("product:{id}"),
//		cachepage.IgnoreQuery("utm_*"),
//	)(product))
//
// # What is kept
//
// The answer to a GET with status 200 (Status adds others), for the route's
// ttl. Never one that sets a cookie, or says private, no-store, no-cache or
// Vary: *; never one to a request with Authorization, unless it says public,
// s-maxage or must-revalidate (RFC 9111 §3.5); never a failure, a part (but see
// below), or something shorter than it said it was. Requests with a session cookie neither
// read nor write, unless the route names that cookie in VaryOnCookie. When in
// doubt whether something may be shared it is not kept, and Cache-Status
// (RFC 9211) says why.
//
// # What tells pages apart
//
// Scheme, host, path as received, and query, less what IgnoreQuery and
// OnlyQuery leave out, which the handler does not see either; of the host it sees
// the one form that is in the key. Then whatever the responses of that URL have
// named in Vary so far, absent and empty apart, as the visitor sent it, and what
// the route adds with VaryOn, VaryOnCookie and VaryBy. A HEAD is answered from
// what a GET left. Nothing else in a request is part of the key, so a handler
// that reflects anything else must say so in Vary. A request whose Connection
// names fields passes by, since a reverse proxy inside would not pass those on.
//
// # What browsers are told
//
// Cache-Control: max-age with the route's ttl, as in Django, or with
// BrowserTTL; Expires too where the handler gave neither of the two. Date is that
// of the answer, which the server writes, unless the handler set one; Age tells
// how old the page is. An ETag is added where the handler set none, and
// conditional and range requests are answered from the kept page (RFC 9110 §13,
// §14). FollowOrigin turns all of this off: the response's own headers decide, by the
// letter of RFC 9111, and pass unchanged.
//
// # Parts of pages
//
// With FollowOrigin, and without Compress, the answer to a request for one range
// is kept as an incomplete page if it has a strong ETag and says which part of
// how much it is (RFC 9111 §3.3). Requests for what lies within it are answered
// from it, and nothing else is: for all else the handler is asked. When a whole
// page is wanted and its beginning is there, the handler is asked for the rest
// with Range and If-Range; a 206 with the same ETag makes the page whole, and any
// other answer is taken instead of it. Parts that touch grow together (§3.4).
// Range requests neither lead others nor wait for them, and a part never takes
// the place of a whole page.
//
// # While a page is made
//
// The handler runs in the request that leads, and never outlives it. Others who
// want the same page wait for it, until it is clear that the answer cannot be
// shared; then each runs the handler, and for some seconds nobody waits for that
// URL again. Up to 32 KiB the page goes out whole, with its Content-Length;
// beyond that, or at a Flush, a pump copies it to the client at the client's
// pace while the handler goes on at its own. What the handler says with
// larder.Tag, MaxTTL and NoStore through r.Context() counts for the page.
//
// A handler that wants to be inside a router's pattern must be wrapped inside
// the router: path values for Tags are read from the request when the handler
// has run.
package cachepage
