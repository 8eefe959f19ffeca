package policy

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/larder-go/larder/internal/conditional"
	"github.com/larder-go/larder/internal/field"
)

// cdnTarget is the target list of a policy that names none.
var cdnTarget = []string{"Cdn-Cache-Control"}

// storeFollowing is the policy of an RFC 9111 shared cache.
func (p *Policy) storeFollowing(r *http.Request, resp Response) Verdict {
	s := p.speech(resp)
	if reason := p.forbidden(r, resp, s); reason != "" {
		return no(reason)
	}
	life := p.lifeFollowing(resp, s)
	if life.Fresh <= 0 && life.Keep <= 0 {
		return no(NotFresh)
	}
	return Verdict{Store: true, Life: life, AsGET: !isRead(r.Method)}
}

// speech is what a response says of its own caching.
type speech struct {
	field.CacheControl

	// explicit is the freshness lifetime that was said (RFC 9111 §4.2.1),
	// valid if hasExplicit.
	explicit    time.Duration
	hasExplicit bool
}

// speech reads the first valid targeted field and then ignores Cache-Control
// and Expires (RFC 9213 §2.2), or reads those two.
func (p *Policy) speech(resp Response) speech {
	targets := p.Targets
	if targets == nil {
		targets = cdnTarget
	}
	for _, name := range targets {
		if cc, ok := field.ParseTargeted(resp.Header[http.CanonicalHeaderKey(name)]); ok {
			return speech{CacheControl: cc}.withLifetime(nil, resp)
		}
	}
	cc := field.ParseCacheControl(resp.Header["Cache-Control"])
	return speech{CacheControl: cc}.withLifetime(resp.Header["Expires"], resp)
}

// withLifetime works out the explicit freshness lifetime (RFC 9111 §4.2.1) of
// a shared cache: s-maxage, else max-age, else Expires less Date.
func (s speech) withLifetime(expires []string, resp Response) speech {
	switch {
	case s.SMaxAge.Present:
		s.explicit, s.hasExplicit = s.SMaxAge.Value, true
	case s.MaxAge.Present:
		s.explicit, s.hasExplicit = s.MaxAge.Value, true
	default:
		var end time.Time
		if end, s.hasExplicit = field.ParseExpires(expires, resp.ResponseTime); s.hasExplicit {
			s.explicit = max(end.Sub(dateOf(resp)), 0)
		}
	}
	return s
}

// dateOf is Date, or when the response was received if it has no valid one
// (RFC 9110 §6.6.1).
func dateOf(resp Response) time.Time {
	if lines := resp.Header["Date"]; len(lines) == 1 {
		if t, ok := field.ParseDate(lines[0], resp.ResponseTime); ok {
			return t
		}
	}
	return resp.ResponseTime
}

// forbidden carries out RFC 9111 §3, condition by condition, and then what
// this cache keeps out on its own account.
func (p *Policy) forbidden(r *http.Request, resp Response, s speech) string {
	switch {
	case !isRead(r.Method) && !postAnswersGet(r.Method, resp, s):
		return NotMethod
	case resp.Status == http.StatusPartialContent && !joinable(r, resp.Header):
		return NotPartial
	case resp.Status < 200 || resp.Status == http.StatusNotModified:
		return NotStatus
	case resp.Status == http.StatusRequestedRangeNotSatisfiable: // it answers a Range, which is in no key
		return NotStatus
	case s.MustUnderstand && !understood[resp.Status]:
		return NotMustUnderstand
	case s.NoStore && !s.MustUnderstand: // §5.2.2.3: understood, so no-store does not count
		return NotNoStore
	case s.Private:
		return NotPrivate
	case withheld(r, s.CacheControl):
		return NotAuthorization
	case p.declined(r):
		return NotRequest
	case !s.hasExplicit && !s.Public && !heuristic[resp.Status] && !p.fillsIn(resp.Status):
		return NotStatus
	}
	return personal(resp.Header)
}

// joinable reports whether a 206 is worth keeping (RFC 9111 §3.3): it answers a
// request for one range, says which part of how much it is without
// contradicting itself, and has a strong entity tag by which others can be
// joined to it (§3.4).
func joinable(r *http.Request, h http.Header) bool {
	part, ok := conditional.PartOf(h)
	return ok && part.Strong() && r.Method == http.MethodGet && conditional.AsksOne(r.Header)
}

// postAnswersGet reports whether an answer to POST is one to a later GET: it
// says how long it is fresh and that it is the resource itself (RFC 9110
// §9.3.3).
func postAnswersGet(method string, resp Response, s speech) bool {
	lines := resp.Header["Content-Location"]
	if method != http.MethodPost || resp.Target == nil || len(lines) != 1 || !s.hasExplicit {
		return false
	}
	location, err := url.Parse(strings.Trim(lines[0], " \t"))
	if err != nil {
		return false
	}
	return resource(resp.Target.ResolveReference(location)).String() == resource(resp.Target).String()
}

// lifeFollowing works out all lifetimes (RFC 9111 §4.2, RFC 5861).
func (p *Policy) lifeFollowing(resp Response, s speech) Life {
	life := Life{
		InitialAge: initialAge(resp),
		NoStale:    s.NoCache || s.MustRevalidate || s.ProxyRevalidate || s.SMaxAge.Present, // §4.2.4
		Authorized: opened(s.CacheControl),
		Validator:  has(resp.Header, "Etag") || has(resp.Header, "Last-Modified"),
	}
	life.Fresh = p.lifetime(resp, s) - life.InitialAge
	if s.NoCache { // §5.2.2.4: no use without validation
		life.Fresh = min(life.Fresh, 0)
	}
	p.addStale(&life, s)
	return life
}

// lifetime is the freshness lifetime (RFC 9111 §4.2.1).
func (p *Policy) lifetime(resp Response, s speech) time.Duration {
	switch {
	case s.hasExplicit:
		return s.explicit
	case p.fillsIn(resp.Status):
		return p.TTL
	}
	return heuristicLifetime(resp)
}

// fillsIn reports whether the TTL stands in for a lifetime that a response of
// that status does not say.
func (p *Policy) fillsIn(status int) bool { return p.TTL > 0 && p.takes(status) }

// addStale fills in the windows beyond freshness. A window that the response
// names comes before the policy's, which is for responses that were fresh at
// all; without either, an origin that cannot be reached may be stood in for as
// long as the response is kept (RFC 9111 §4.2.4).
func (p *Policy) addStale(life *Life, s speech) {
	if life.Validator {
		life.Keep = p.keep()
	}
	if life.NoStale {
		return
	}
	wasFresh := life.Fresh > 0
	if wasFresh || life.Validator {
		life.StaleIfError = p.keep()
	}
	if d, ok := window(s.StaleIfError, p.StaleIfError, wasFresh); ok {
		life.StaleIfError, life.ErrorExplicit = d, true
	}
	life.StaleWhileRevalidate, _ = window(s.StaleWhileRevalidate, p.StaleWhileRevalidate, wasFresh)
	life.Keep = max(life.Keep, life.StaleWhileRevalidate, life.StaleIfError)
}

// window chooses between the window that the response names and the policy's.
func window(said field.Seconds, own time.Duration, wasFresh bool) (d time.Duration, ok bool) {
	if said.Present {
		return said.Value, true
	}
	if own > 0 && wasFresh {
		return own, true
	}
	return 0, false
}

// oldest is the greatest age that there is (RFC 9111 §1.2.2). A Date centuries
// back would leave no room in a sum of nanoseconds.
const oldest = 1 << 31 * time.Second

// initialAge is corrected_initial_age (RFC 9111 §4.2.3).
func initialAge(resp Response) time.Duration {
	apparent := min(max(resp.ResponseTime.Sub(dateOf(resp)).Truncate(time.Second), 0), oldest)
	age, _ := field.ParseAge(resp.Header["Age"])
	delay := max(resp.ResponseTime.Sub(resp.RequestTime), 0)
	return max(apparent, age+delay)
}
