package policy

import (
	"net/http"

	"github.com/larder-go/larder/internal/field"
)

// Store decides whether and for how long the answer to r may be kept
// (RFC 9111 §3 with Follow, the route's TTL without). r is the request as the
// visitor sent it.
func (p *Policy) Store(r *http.Request, resp Response) Verdict {
	if resp.NoStore {
		return no(NotRender)
	}
	var v Verdict
	if p.Follow {
		v = p.storeFollowing(r, resp)
	} else {
		v = p.storeUnderTTL(r, resp)
	}
	if resp.MaxTTL > 0 {
		v = v.Limit(resp.MaxTTL)
	}
	return v
}

// personal names what makes any response unfit for sharing, whatever its
// Cache-Control says; "" if there is nothing.
func personal(h http.Header) string {
	switch {
	case has(h, "Set-Cookie") || has(h, "Set-Cookie2"):
		return NotSetCookie
	case varies(h, "*"):
		return NotVaryStar
	case has(h, "Trailer"):
		return NotTrailer
	case namesOrigin(h):
		return NotCORS
	case carriesNonce(h["Content-Security-Policy"]) || carriesNonce(h["Content-Security-Policy-Report-Only"]):
		return NotNonce
	}
	return ""
}

// varies reports whether Vary lists name, which is lower case or "*".
func varies(h http.Header, name string) bool {
	for member := range field.Members(h["Vary"]) {
		if len(member) == len(name) && containsFold(member, name) {
			return true
		}
	}
	return false
}

// namesOrigin reports whether the response admits one origin only and does not
// say that others get another answer.
func namesOrigin(h http.Header) bool {
	for _, value := range h["Access-Control-Allow-Origin"] {
		if value != "*" {
			return !varies(h, "origin")
		}
	}
	return false
}

// carriesNonce reports whether a content security policy holds a nonce, which
// is good for one response only.
func carriesNonce(policies []string) bool {
	for _, value := range policies {
		if containsFold(value, "'nonce-") {
			return true
		}
	}
	return false
}

// withheld carries out RFC 9111 §3.5: an answer to a request with
// Authorization is for its sender alone unless the response says otherwise.
func withheld(r *http.Request, cc field.CacheControl) bool {
	return has(r.Header, "Authorization") && !opened(cc)
}

func opened(cc field.CacheControl) bool {
	return cc.Public || cc.MustRevalidate || cc.SMaxAge.Present
}

// declined carries out RFC 9111 §5.2.1.5, no-store in a request.
func (p *Policy) declined(r *http.Request) bool {
	return p.obeysRequest() && field.ParseCacheControl(r.Header["Cache-Control"]).NoStore
}

// isRead reports whether the method is one whose answers are cacheable by
// definition (RFC 9110 §9.2.3). "" is GET.
func isRead(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == ""
}
