package field

import (
	"net/http"
	"slices"
)

// hopByHop are the fields that belong to one connection and are neither stored
// nor updated (RFC 9111 §3.1, RFC 9110 §7.6.1), by canonical name.
var hopByHop = map[string]bool{
	"Connection":                true,
	"Keep-Alive":                true,
	"Proxy-Connection":          true,
	"Te":                        true,
	"Trailer":                   true,
	"Transfer-Encoding":         true,
	"Upgrade":                   true,
	"Proxy-Authenticate":        true,
	"Proxy-Authentication-Info": true,
	"Proxy-Authorization":       true,
}

// EndToEnd returns a copy of h without the fields that belong to one
// connection: the known ones and those that Connection names. The copy shares
// the slices of values with h, clipped so that an append copies.
func EndToEnd(h http.Header) http.Header {
	kept := make(http.Header, len(h))
	for name, values := range h {
		if !hopByHop[name] {
			kept[name] = slices.Clip(values)
		}
	}
	for name := range Members(h["Connection"]) {
		delete(kept, http.CanonicalHeaderKey(name))
	}
	return kept
}
