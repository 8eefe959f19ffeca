package policy

import (
	"net/http"
	"slices"
	"time"
)

// Forever is the lifetime of what never expires by itself. In a header it is
// written as one year.
const Forever time.Duration = 1<<63 - 1

// Policy says how one route is cached. The zero Policy keeps nothing: it has
// no lifetime to give. A Policy is read-only once in use and may be shared by
// any number of goroutines.
type Policy struct {
	// Follow makes this an RFC 9111 shared cache: the response's own header
	// decides. Without it the route's TTL decides, as in Django's cache_page.
	Follow bool

	// TTL is the server lifetime. Without Follow a positive TTL wins over
	// what the response says, and zero or less keeps nothing. With Follow it
	// applies to responses that say nothing of their lifetime; zero leaves
	// those to the heuristic of RFC 9111 §4.2.2.
	TTL time.Duration

	// FromResponse lets the response's max-age decide, and TTL only where
	// there is none. Not used with Follow.
	FromResponse bool

	// Statuses are kept under the TTL besides 200. 1xx, 206 and 304 never are,
	// and a redirect only if it stays on its host.
	Statuses []int

	// BrowserTTL and CDNTTL are the lifetimes written for browsers
	// (Cache-Control, Expires) and for content delivery networks
	// (CDN-Cache-Control). A nil BrowserTTL is the server lifetime, a
	// BrowserTTL of zero writes no-cache; a nil CDNTTL writes nothing. Not
	// used with Follow, which leaves every field as the handler set it.
	BrowserTTL, CDNTTL *time.Duration

	// StaleWhileRevalidate and StaleIfError are the windows after the end of
	// freshness in which a stale response may still be served: at once while
	// it is refreshed, or instead of an error. With Follow a response's own
	// directive of that name comes first.
	StaleWhileRevalidate, StaleIfError time.Duration

	// Keep is how long a response is held beyond its freshness so that it
	// can be revalidated or stand in for an origin that cannot be reached.
	// Used with Follow only; zero means DefaultKeep, less than zero nothing.
	Keep time.Duration

	// Targets lists the targeted fields that come before Cache-Control
	// (RFC 9213 §2.2), first valid one wins. Used with Follow only; nil means
	// CDN-Cache-Control.
	Targets []string

	// HonorRequest obeys the Cache-Control of requests (RFC 9111 §5.2.1). It
	// is implied by Follow.
	HonorRequest bool
}

// DefaultKeep is the value of Policy.Keep when it is zero.
const DefaultKeep = 24 * time.Hour

// obeysRequest reports whether request directives count.
func (p *Policy) obeysRequest() bool { return p.Follow || p.HonorRequest }

// keep is the effective Keep.
func (p *Policy) keep() time.Duration {
	if p.Keep == 0 {
		return DefaultKeep
	}
	return max(p.Keep, 0)
}

// takes reports whether the route keeps responses of that status under its
// own TTL.
func (p *Policy) takes(status int) bool {
	switch status {
	case http.StatusOK:
		return true
	case http.StatusPartialContent, http.StatusNotModified:
		return false
	}
	return status >= http.StatusOK && slices.Contains(p.Statuses, status)
}
