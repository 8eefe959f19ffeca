// Package vary reads and writes Vary, the response field that names the
// request headers a response depends on (RFC 9110 §12.5.5).
//
// A page cache keeps one copy of a page for each combination of the headers
// that Vary names. A handler that looks at a request header must therefore
// say so, or one visitor's page is served to another:
//
//	func page(w http.ResponseWriter, r *http.Request) {
//		vary.Patch(w.Header(), "Accept-Language")
//		…
//	}
//
// or, around a handler or a whole router:
//
//	http.Handle("/", vary.On("Accept-Language")(pages))
//
// On must stand inside the page cache, nearer to the handler: the cache learns
// from the Vary that it sees.
//
// Patch, On and Names do what patch_vary_headers, vary_on_headers and
// has_vary_header do in Django; vary.On("Cookie") is vary_on_cookie.
package vary
