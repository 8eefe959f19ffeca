// Package policy is the one place that decides what a page cache may keep and
// what it may serve. It serves both kinds of route: those with a lifetime of
// their own (Django's cache_page) and those that follow the origin's header
// (an RFC 9111 shared cache).
//
// It is pure: functions of a request, a response, a stored entry and an
// instant, without clock, goroutine or effect. A middleware asks and acts.
//
// # On every request
//
//	q := p.Admit(r)
//	if q.Refused != "" {
//		// Pass the request on untouched. Afterwards, if
//		// Invalidates(r.Method, status), invalidate InvalidatedURLs. An answer
//		// to POST may still be kept: ask Store, and store it for GET if AsGET.
//	}
//	if name := policy.Session(r, policy.SessionCookies, route.variesOn); name != "" {
//		// Pass the request on untouched: a signed-in visitor.
//	}
//
// # With a stored response whose key matches
//
//	use := p.Reuse(&q, &entry.Stored, now)   // p.Absent(&q) without one
//
// Fresh serves it. ServeStale serves it and has it refreshed. Revalidate calls
// the handler with Validators in place of r.Header, Miss with p.ForMiss, and
// GatewayTimeout is a 504. A stored response served carries Age from
// Stored.Age; package conditional may then turn it into a 304, 206, 412 or 416.
//
// Requests with Authorization (Request.Authorized) must not share a render:
// whether its outcome may be shared is known only when it is there.
//
// # When the handler calls WriteHeader
//
//	resp := policy.Response{Status: status, Header: w.Header(), …}
//	v := p.Store(r, resp)        // r with the header as the visitor sent it
//	p.Patch(w.Header(), v, now)  // lifetimes for browsers and networks
//	fields := p.Fields(resp)     // what to keep: later visitors get those lifetimes too
//
// When the body is complete, v.Limit lowers the verdict by what was said
// meanwhile, and if v.Store still holds, v.Life.At(resp.ResponseTime) goes
// into the entry. Life.Fresh and Life.Keep are the lifetimes for the engine:
// fresh for the one, of use for both together.
//
// # When the handler was asked to revalidate
//
// A 304 that Validates the stored response updates it: give
// Update304(stored, fresh) to Store and Fields with the times of the new
// exchange. A 304 that does not is about something else: ask again with
// Unconditional. Any other answer is a new response, unless
// Stored.ServesOnError allows the stored one in its place. An answer of 200 to
// HEAD updates the stored response in the same way if HeadAgrees.
//
// # What is never kept
//
// Whatever the header or the route says: responses with Set-Cookie, Vary: *,
// or Trailer; those that admit one CORS origin without Vary: Origin; those with
// a nonce in their content security policy; and those to a request with
// Authorization unless the response says public, s-maxage or must-revalidate.
// A 206 is kept with Follow only, and only if others can be joined to it: it
// answers a request for one range, says which part of how much it is, and has a
// strong entity tag. Rest asks for what is missing behind it. A 416 is about a
// range alone and is never kept with Follow.
//
// # Where it reads the RFC strictly
//
// s-maxage forbids any use of a stale response (RFC 9111 §5.2.2.10), even
// beside stale-while-revalidate or stale-if-error; use max-age in a targeted
// field to have both. no-cache and private with field names count as without.
package policy
