package policy

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/larder-go/larder/internal/field"
)

// storeUnderTTL is the policy of a route with a lifetime of its own, that of
// Django's UpdateCacheMiddleware with the gaps closed.
func (p *Policy) storeUnderTTL(r *http.Request, resp Response) Verdict {
	cc := field.ParseCacheControl(resp.Header["Cache-Control"])
	if reason := p.unfit(r, resp, cc); reason != "" {
		return no(reason)
	}
	ttl, said := p.serverTTL(cc)
	v := Verdict{announce: !said || ttl > 0, lifetime: max(ttl, 0)}
	switch {
	case resp.Status == http.StatusNotModified: // gets the lifetime, is not kept
		v.Reason = NotStatus
	case ttl <= 0:
		v.Reason = NotTTL
	default:
		v.Store, v.Life = true, p.lifeUnderTTL(resp.Header, cc, ttl)
	}
	return v
}

// unfit names what keeps a response out whatever the TTL.
func (p *Policy) unfit(r *http.Request, resp Response, cc field.CacheControl) string {
	switch {
	case !isRead(r.Method):
		return NotMethod
	case resp.Status == http.StatusPartialContent:
		return NotPartial
	case !p.takes(resp.Status) && resp.Status != http.StatusNotModified:
		return NotStatus
	case cc.Private:
		return NotPrivate
	case cc.NoStore:
		return NotNoStore
	case cc.NoCache:
		return NotNoCache
	case withheld(r, cc):
		return NotAuthorization
	case p.declined(r):
		return NotRequest
	case leavesHost(resp):
		return NotRedirect
	}
	return personal(resp.Header)
}

// serverTTL is the lifetime in this cache, and whether the response said it. A
// max-age that is no number says nothing, as in Django's get_max_age.
func (p *Policy) serverTTL(cc field.CacheControl) (ttl time.Duration, said bool) {
	if p.FromResponse && cc.MaxAge.Present && !cc.MaxAge.Invalid {
		return cc.MaxAge.Value, true
	}
	return p.TTL, false
}

// lifeUnderTTL counts the TTL from now on, however old the handler says its
// answer is; that age still shows in Age.
func (p *Policy) lifeUnderTTL(h http.Header, cc field.CacheControl, ttl time.Duration) Life {
	age, _ := field.ParseAge(h["Age"])
	life := Life{
		Fresh:                ttl,
		StaleWhileRevalidate: max(p.StaleWhileRevalidate, 0),
		StaleIfError:         max(p.StaleIfError, 0),
		InitialAge:           age,
		NoStale:              cc.MustRevalidate || cc.ProxyRevalidate,
		Authorized:           opened(cc),
		ErrorExplicit:        true,
	}
	if !life.NoStale {
		life.Keep = max(life.StaleWhileRevalidate, life.StaleIfError)
	}
	return life
}

// leavesHost reports whether the response is a redirect to another host: one
// poisoned by a forged header would carry every later visitor away.
func leavesHost(resp Response) bool {
	if resp.Status/100 != 3 || resp.Status == http.StatusNotModified {
		return false
	}
	for _, location := range resp.Header["Location"] {
		location = field.TrimSpace(location) // as the server does
		to, err := url.Parse(location)
		if err != nil || resp.Target == nil || strings.Contains(location, `\`) { // which browsers take for a slash
			return true
		}
		if !strings.EqualFold(resp.Target.ResolveReference(to).Host, resp.Target.Host) {
			return true
		}
	}
	return false
}
