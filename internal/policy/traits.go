package policy

import "net/http"

// traits are the request fields that matter to a cache, found in one pass over
// the header: a look-up for each of them would cost more than the rest of a
// hit.
type traits uint16

const (
	authorized     traits = 1 << iota
	cookies               // Cookie
	ranged                // Range
	preconditioned        // a precondition that a stored response can answer
	demanding             // If-Match, If-Unmodified-Since
	upgrading             // Upgrade
	overriding            // a field that some frameworks take the method from
	directing             // Cache-Control, Pragma
	connected             // Connection
)

func traitsOf(h http.Header) (t traits) {
	for name := range h {
		switch name {
		case "Authorization":
			t |= authorized
		case "Cookie":
			t |= cookies
		case "Range":
			t |= ranged
		case "If-None-Match", "If-Modified-Since":
			t |= preconditioned
		case "If-Match", "If-Unmodified-Since":
			t |= preconditioned | demanding
		case "Upgrade":
			t |= upgrading
		case "X-Http-Method-Override", "X-Http-Method", "X-Method-Override":
			t |= overriding
		case "Cache-Control", "Pragma":
			t |= directing
		case "Connection":
			t |= connected
		}
	}
	return t
}
