// Package web is the shop's face: its pages, and how they are cached.
//
// Everything about caching stands in two places. [New] says for each route
// how long its page may be kept, and under which tags. The template of the
// front page marks its TOP-10 as a block of its own, so that the slow report
// behind it runs once per language and not once per page:
//
//	{{cache "15m" "top-products" .Lang (tags "orders")}} … {{endcache}}
//
// A purchase invalidates the tags "orders" and "product:ID" after it is
// committed, and with them everything that shows its figures. The handlers
// themselves know nothing of a cache: they read the catalogue and say which
// header they looked at.
//
// Visitors who sign in carry the cookie shop_session. By the library's rule
// such a request neither reads nor writes shared pages, so a name or a basket
// cannot appear on somebody else's.
package web
