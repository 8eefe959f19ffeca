package policy

import (
	"net/http"
	"net/url"
	"time"
)

// Response is what the handler answered, as far as the policy needs it. It can
// be filled at WriteHeader time: the header is final, the body not there yet.
type Response struct {
	Status int
	Header http.Header // canonical names

	// RequestTime is when the handler was called, ResponseTime when it
	// called WriteHeader (RFC 9111 §4.2.3).
	RequestTime, ResponseTime time.Time

	// Target is the absolute URL that was asked for. Without it neither a
	// redirect under a TTL nor a response to POST is ever stored.
	Target *url.URL

	// NoStore and MaxTTL carry what was said while rendering. MaxTTL only
	// lowers; zero means that nothing was said.
	NoStore bool
	MaxTTL  time.Duration
}

// Verdict is the answer of Store.
type Verdict struct {
	Store  bool
	Reason string // why not, one of the Not… constants; "" if Store

	// Life says for how long. Valid if Store.
	Life Life

	// AsGET: the response to this POST answers later GET requests for the
	// same URL (RFC 9110 §9.3.3).
	AsGET bool

	announce bool          // Patch writes lifetimes
	lifetime time.Duration // the one for browsers, unless the policy has its own
	limit    time.Duration // MaxTTL said so far, 0 if none
}

// Reasons not to store a response.
const (
	NotMethod         = "method"          // RFC 9111 §3: method not understood to be cacheable
	NotStatus         = "status"          // §3: status not final, not understood, or not wanted by the route
	NotPartial        = "partial"         // §3.3: a part to which nothing can be joined
	NotNoStore        = "no-store"        // §5.2.2.5
	NotPrivate        = "private"         // §5.2.2.7
	NotNoCache        = "no-cache"        // §5.2.2.4, under a TTL
	NotRequest        = "request"         // §5.2.1.5: no-store in the request
	NotMustUnderstand = "must-understand" // §5.2.2.3
	NotAuthorization  = "authorization"   // §3.5
	NotVaryStar       = "vary-star"       // §4.1
	NotSetCookie      = "set-cookie"      // belongs to one visitor
	NotTrailer        = "trailer"         // what follows the body would be lost
	NotCORS           = "cors"            // names one origin without Vary: Origin
	NotNonce          = "csp-nonce"       // the nonce would no longer be one
	NotRedirect       = "redirect"        // leads to another host
	NotRender         = "render"          // NoStore or MaxTTL of zero, said while rendering
	NotTTL            = "ttl"             // no lifetime
	NotFresh          = "no-freshness"    // §3: stale from the start and nothing to revalidate by
)

// Life is for how long a stored response is of use. Durations beyond Fresh
// count from its end, Fresh from Response.ResponseTime.
type Life struct {
	Fresh                time.Duration // zero or less: stale from the start
	StaleWhileRevalidate time.Duration // beyond Fresh
	StaleIfError         time.Duration // beyond Fresh
	Keep                 time.Duration // beyond Fresh; of no use afterwards
	InitialAge           time.Duration // corrected_initial_age (RFC 9111 §4.2.3)

	NoStale       bool // never to be used stale without validation
	Authorized    bool // may answer requests with Authorization (§3.5)
	Validator     bool // can be revalidated (§4.3)
	ErrorExplicit bool // StaleIfError was asked for, so that it covers 500 too
}

// no is the verdict not to store.
func no(reason string) Verdict { return Verdict{Reason: reason} }

// Limit lowers the verdict to d, for what is said after the header has been
// written. Zero or less keeps nothing.
func (v Verdict) Limit(d time.Duration) Verdict {
	if d <= 0 {
		v.Store, v.announce = false, false
		if v.Reason == "" {
			v.Reason = NotRender
		}
		return v
	}
	if v.limit == 0 || d < v.limit {
		v.limit = d
	}
	v.Life.Fresh = min(v.Life.Fresh, d)
	v.lifetime = min(v.lifetime, d)
	return v
}
