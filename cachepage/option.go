package cachepage

import (
	"fmt"
	"net/http"
	"net/textproto"
	"path"
	"slices"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/vary"
)

// An Option changes how one route is cached. Impossible ones panic when the
// middleware is made, with what was given and what is allowed.
type Option func(*route)

// route is the compiled configuration of one use of the middleware.
type route struct {
	policy       policy.Policy
	prefix       string
	query        queryRules
	tags         []tagPattern
	varyOn       []string
	cookies      []string
	varyBy       []varyBy
	bypass       []func(*http.Request) bool
	maxBody      int64
	serverTiming bool
	talks        bool // a hit has more to say than others: serverTiming, BrowserTTL, CDNTTL
	name         string
	defaultTTL   bool
	warned       *atomic.Int64 // when the last warning was logged, Unix nanoseconds
	strict       bool
	statusKey    bool
	codings      []string
	emitTags     func(h http.Header, tags []string)
}

type varyBy struct {
	name  string
	value func(*http.Request) string
}

const (
	defaultMaxBody = 16 << 20
	minTTL         = time.Duration(-1 << 63) // larder.DefaultTTL
)

func newRoute(ttl time.Duration, opts []Option) *route {
	rt := &route{warned: new(atomic.Int64), maxBody: defaultMaxBody, name: "larder"}
	rt.policy.TTL = ttl
	if ttl == minTTL {
		rt.defaultTTL, rt.policy.FromResponse, rt.policy.TTL = true, true, 0
	}
	for _, o := range opts {
		o(rt)
	}
	return rt
}

func impossible(format string, a ...any) {
	panic("cachepage: " + fmt.Sprintf(format, a...))
}

// Tags gives every page of the route these tags, by which Invalidate finds it.
// "product:{id}" takes the value of r.PathValue("id"), as net/http's ServeMux
// and chi set it, once the handler has run. A page for which a value is
// missing is not kept. An unclosed brace panics.
func Tags(tags ...string) Option {
	patterns := make([]tagPattern, len(tags))
	for i, t := range tags {
		patterns[i] = parseTag(t)
	}
	return func(rt *route) { rt.tags = append(rt.tags, patterns...) }
}

// VaryOn makes the route vary on request headers, whatever the handler says:
// they are in the key, and in the Vary of the response (RFC 9110 §12.5.5).
func VaryOn(headers ...string) Option {
	names := canonical("VaryOn", "a request header", headers)
	return func(rt *route) { rt.varyOn = append(rt.varyOn, names...) }
}

// VaryOnCookie makes the route vary on the values of these cookies and on no
// other: a handler's own "Vary: Cookie" means them. Requests with a session
// cookie named here may be answered from the cache.
func VaryOnCookie(names ...string) Option {
	if slices.Contains(names, "") {
		impossible("VaryOnCookie(\"\"): want the name of a cookie")
	}
	return func(rt *route) { rt.cookies = append(rt.cookies, names...) }
}

// VaryBy puts a value that no header tells into the key: the active language,
// a time zone, a tenant, a bucket of an experiment. name tells it from others.
// The function is called for every request, concurrently, before the lookup.
func VaryBy(name string, value func(*http.Request) string) Option {
	if name == "" || value == nil {
		impossible("VaryBy(%q): want a name and a function", name)
	}
	return func(rt *route) { rt.varyBy = append(rt.varyBy, varyBy{name, value}) }
}

// IgnoreQuery leaves query parameters out of the key and takes them from what
// the handler sees. Patterns are those of path.Match: "utm_*", "fbclid".
func IgnoreQuery(patterns ...string) Option {
	for _, p := range patterns {
		if _, err := path.Match(p, ""); err != nil || p == "" {
			impossible("IgnoreQuery(%q): want a name or a pattern such as \"utm_*\"", p)
		}
	}
	return func(rt *route) { rt.query.ignore = append(rt.query.ignore, patterns...) }
}

// OnlyQuery keeps just these query parameters in the key, and in what the
// handler sees. Without names all are left out.
func OnlyQuery(names ...string) Option {
	return func(rt *route) { rt.query.limited, rt.query.only = true, append(rt.query.only, names...) }
}

// Prefix keeps the pages of this route apart from those of routes with another
// prefix, as Django's key_prefix.
func Prefix(p string) Option { return func(rt *route) { rt.prefix = p } }

// Status keeps responses with these status codes besides 200, such as 404.
// 206 and 304, and what is no final status, panic.
func Status(codes ...int) Option {
	for _, c := range codes {
		if c < 200 || c > 599 || c == http.StatusPartialContent || c == http.StatusNotModified {
			impossible("Status(%d): want a final status from 200 to 599 other than 206 and 304", c)
		}
	}
	return func(rt *route) { rt.policy.Statuses = append(rt.policy.Statuses, codes...) }
}

// MaxBody sets the size in bytes beyond which a body is not kept. While a page
// is made, at most this much of it is held. Default: 16 MiB. n must be positive.
func MaxBody(n int64) Option {
	if n <= 0 {
		impossible("MaxBody(%d): want a positive number of bytes", n)
	}
	return func(rt *route) { rt.maxBody = n }
}

// Bypass passes the cache by for requests for which rule reports true: nothing
// is read, nothing is kept. It is called for every request, concurrently.
func Bypass(rule func(*http.Request) bool) Option {
	if rule == nil {
		impossible("Bypass(nil): want a function")
	}
	return func(rt *route) { rt.bypass = append(rt.bypass, rule) }
}

// StaleWhileRevalidate serves a page for d after its time while one request
// makes it anew (RFC 5861 §3). Negative d panics.
func StaleWhileRevalidate(d time.Duration) Option {
	notNegative("StaleWhileRevalidate", d)
	return func(rt *route) { rt.policy.StaleWhileRevalidate = d }
}

// StaleIfError serves a page for d after its time when the handler answers
// 500, 502, 503 or 504, or panics (RFC 5861 §4). Negative d panics.
func StaleIfError(d time.Duration) Option {
	notNegative("StaleIfError", d)
	return func(rt *route) { rt.policy.StaleIfError = d }
}

// BrowserTTL sets what browsers are told, apart from the server's own ttl,
// which they are told by default: how long they keep a page from the moment when
// they get it, however old it is, so that max-age grows with Age. With 0 they keep the page but ask each time,
// and get a 304 while it has not changed: an Invalidate shows on the next
// click. Forever is sent as one year. Negative d panics.
func BrowserTTL(d time.Duration) Option {
	notNegative("BrowserTTL", d)
	return func(rt *route) { rt.policy.BrowserTTL, rt.talks = &d, true }
}

// CDNTTL sets what content delivery networks are told by CDN-Cache-Control
// (RFC 9213), likewise from the moment when they get a page. Default: nothing. Negative d panics.
func CDNTTL(d time.Duration) Option {
	notNegative("CDNTTL", d)
	return func(rt *route) { rt.policy.CDNTTL, rt.talks = &d, true }
}

func notNegative(name string, d time.Duration) {
	if d < 0 {
		impossible("%s(%v): want a duration of zero or more", name, d)
	}
}

// FollowOrigin makes the route a shared cache by the letter of RFC 9111: the
// response's own headers decide what is kept and for how long, and nothing is
// added to them. The ttl of CachePage is for responses that say nothing; with
// 0 those are judged by the heuristic of §4.2.2. Requests may ask for less
// with Cache-Control (§5.2.1).
func FollowOrigin() Option { return func(rt *route) { rt.policy.Follow = true } }

// HonorRequest obeys the Cache-Control of requests (RFC 9111 §5.2.1), so that
// a browser's forced reload makes the page anew. Off by default, since anybody
// could make the server work with it; always on with FollowOrigin.
func HonorRequest() Option { return func(rt *route) { rt.policy.HonorRequest = true } }

// Targets sets the fields that FollowOrigin obeys before Cache-Control, in
// this order (RFC 9213 §2.2). Default: CDN-Cache-Control.
func Targets(fields ...string) Option {
	names := canonical("Targets", "a response header", fields)
	return func(rt *route) { rt.policy.Targets = names }
}

// canonical is the canonical form of header names given to an option.
func canonical(option, what string, names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		if n == "*" || !field.ValidName(n) {
			impossible("%s(%q): want the name of %s", option, n, what)
		}
		out[i] = textproto.CanonicalMIMEHeaderKey(n)
	}
	return out
}

// ServerTiming tells browsers in Server-Timing how the page came about: cache
// (hit, miss, bypass …), age, render and store. It shows whether somebody else
// has asked before, so it is for development and open pages.
func ServerTiming() Option { return func(rt *route) { rt.serverTiming, rt.talks = true, true } }

// Strict hides from the handler what is no part of the key and often ends up in
// a page by way of it: the X-Forwarded and Forwarded fields, those that name
// another host or URL, and all cookies that VaryOnCookie does not name. It
// applies to requests that may be answered from the cache; what a trusted proxy
// says must have been read further out. The answer to a POST, whose handler sees
// all, is never kept then. Off by default.
func Strict() Option { return func(rt *route) { rt.strict = true } }

// StatusKey says in Cache-Status which key of the store a page was looked for
// under, for debugging: the key tells nothing of the URL, but lets outsiders
// compare. Off by default.
func StatusKey() Option { return func(rt *route) { rt.statusKey = true } }

// StatusName sets the name of this cache in Cache-Status (RFC 9211 §2).
// Default: larder. An empty name panics.
func StatusName(name string) Option {
	if name == "" {
		impossible("StatusName(\"\"): want a name for this cache")
	}
	return func(rt *route) { rt.name = name }
}

// patchVary adds what the route itself varies on to the response.
func (rt *route) patchVary(h http.Header) {
	if len(rt.varyOn) > 0 {
		vary.Patch(h, rt.varyOn...)
	}
	if len(rt.cookies) > 0 {
		vary.Patch(h, "Cookie")
	}
	rt.announceSearch(h)
}

// varies is the list of headers that a response makes its URL vary on. Of
// cookies only the named ones count where the route names some, and they are
// part of every key already.
func (rt *route) varies(h http.Header) (names []string, star bool) {
	names, star = vary.Names(h)
	out := names[:0:0]
	for _, n := range names {
		if n = textproto.CanonicalMIMEHeaderKey(n); n == "Cookie" && len(rt.cookies) > 0 || n == "Accept-Encoding" && rt.codesItself(h) {
			continue
		}
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out, star
}
