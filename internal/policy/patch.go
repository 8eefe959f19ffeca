package policy

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/larder-go/larder/internal/field"
)

// oneYear is Forever in a header.
const oneYear = 365 * 24 * time.Hour

// Patch writes the lifetimes into h, the header about to be sent: max-age by
// the minimum for browsers, with Expires where there was neither, and
// CDN-Cache-Control where there is none for networks. It writes nothing for a
// response that must not be kept, and nothing at all with Follow. Call it
// after Store, which reads the header as the handler left it.
func (p *Policy) Patch(h http.Header, v Verdict, now time.Time) {
	if !v.announce {
		return
	}
	if p.CDNTTL != nil && !has(h, "Cdn-Cache-Control") {
		seconds := int64(v.inHeader(*p.CDNTTL) / time.Second)
		h["Cdn-Cache-Control"] = []string{"max-age=" + strconv.FormatInt(seconds, 10)}
	}
	switch {
	case p.BrowserTTL == nil:
		field.PatchLifetime(h, v.inHeader(v.lifetime), now)
	case *p.BrowserTTL <= 0:
		field.PatchNoCache(h)
	default:
		field.PatchLifetime(h, v.inHeader(*p.BrowserTTL), now)
	}
}

// Later adapts what Patch has written to an answer that is age seconds old and
// fresh: whoever gets it takes its Age off max-age (RFC 9111 §4.2), and would
// hardly keep an older page at all. What the handler, or MaxTTL, has made
// shorter stays.
func (p *Policy) Later(h http.Header, s *Stored, age int64) {
	life := (s.FreshUntil - s.Born) / int64(time.Second)
	if p.Follow || age == 0 || age >= life {
		return
	}
	most := int64(oneYear / time.Second)
	if p.FromResponse || p.TTL > time.Duration(s.FreshUntil-s.Born) { // something has, or may have, lowered it
		most = life
	}
	later(h, "Cache-Control", p.BrowserTTL, age, most)
	later(h, "Cdn-Cache-Control", p.CDNTTL, age, most)
}

// later adds age to max-age where that is ttl, up to most.
func later(h http.Header, name string, ttl *time.Duration, age, most int64) {
	if ttl == nil || *ttl < time.Second {
		return
	}
	told := min(ttl.Truncate(time.Second), oneYear)
	if said := field.ParseCacheControl(h[name]).MaxAge; said.Present && said.Value == told {
		seconds := int64(told / time.Second)
		field.SetMaxAge(h, name, max(seconds, min(seconds+age, most)))
	}
}

// inHeader is d as it may be said in a header.
func (v Verdict) inHeader(d time.Duration) time.Duration {
	if v.limit > 0 {
		d = min(d, v.limit)
	}
	return min(max(d, 0), oneYear)
}

// perVisitor are fields that speak of one exchange; under a TTL they are not
// replayed to other visitors. Canonical names; a trailing "*" is any ending.
var perVisitor = []string{
	"Correlation-Id", "Ratelimit*", "Request-Id", "Server-Timing", "Traceparent", "Traceresponse",
	"X-Amzn-Trace-Id", "X-Correlation-Id", "X-Ratelimit-*", "X-Rate-Limit-*", "X-Request-Id", "X-Runtime", "X-Trace-Id",
}

// Fields returns the header to keep with the response, a copy without what
// belongs to the connection (RFC 9111 §3.1) and, under a TTL, to one visitor;
// and without Age, which Stored keeps. With Follow it has a Date, lest a later
// one be put in its place (RFC 9110 §6.6.1). Under a TTL a Date that the
// handler did not set is left to the server, which is the origin and dates what
// it sends.
func (p *Policy) Fields(resp Response) http.Header {
	h := field.EndToEnd(resp.Header)
	delete(h, "Age")
	for name := range h {
		if !p.Follow && isPerVisitor(name) {
			delete(h, name)
		}
	}
	if p.Follow && !has(h, "Date") {
		h["Date"] = []string{field.FormatDate(resp.ResponseTime)}
	}
	return h
}

func isPerVisitor(name string) bool {
	return slices.ContainsFunc(perVisitor, func(pattern string) bool {
		prefix, open := strings.CutSuffix(pattern, "*")
		return name == pattern || open && strings.HasPrefix(name, prefix)
	})
}
