package policy

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/larder-go/larder/internal/field"
)

// Request is what the policy reads from a request, once. The zero Request is
// a plain GET.
type Request struct {
	// Refused says why the request must pass the cache by; "" means that it
	// may be looked up. FwdMethod is a fwd reason of Cache-Status by itself,
	// the others belong in its detail, with fwd=bypass.
	Refused string

	// Authorized: the request carries Authorization. It must neither lead
	// nor follow a shared render, because the answer may be its own alone.
	Authorized bool

	// Selective: the request carries a precondition or a range, which a
	// stored response may answer with less than all of it (RFC 9110 §13, §14).
	Selective bool
	Demanding bool // carries If-Match or If-Unmodified-Since

	Ranged  bool // carries Range
	Cookies bool // carries Cookie

	directives *field.CacheControl // nil: there are none that count
}

// Reasons to refuse a request.
const (
	FwdMethod          = "method"          // neither GET nor HEAD
	refusedBody        = "body"            // GET or HEAD with a body
	refusedUpgrade     = "upgrade"         // asks for another protocol
	refusedOverride    = "method-override" // may be another method for the handler
	refusedConnection  = "connection"      // names fields that a handler which passes it on leaves out
	refusedConditional = "precondition"    // only the origin can tell (RFC 9111 §4.3.2)
)

// Admit reads a request before the lookup. It allocates nothing unless
// there are directives to obey.
//
// The session cookie is checked by Session, the URL by whoever makes the key.
func (p *Policy) Admit(r *http.Request) (q Request) {
	t := traitsOf(r.Header)
	q.Refused = p.refusal(r, t)
	q.Authorized, q.Cookies = t&authorized != 0, t&cookies != 0
	q.Ranged, q.Selective, q.Demanding = t&ranged != 0, t&(ranged|preconditioned) != 0, t&demanding != 0
	if t&directing != 0 && q.Refused == "" && p.obeysRequest() {
		q.readDirectives(r.Header)
	}
	return q
}

// has reports whether h holds the field of that canonical name.
func has(h http.Header, name string) bool {
	_, ok := h[name]
	return ok
}

func (p *Policy) refusal(r *http.Request, t traits) string {
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != "":
		return FwdMethod
	case r.ContentLength != 0 || len(r.TransferEncoding) > 0:
		return refusedBody
	case t&upgrading != 0:
		return refusedUpgrade
	case t&overriding != 0 || overridesMethod(r.URL):
		return refusedOverride
	case t&connected != 0 && dropsFields(r.Header["Connection"]):
		return refusedConnection
	case p.Follow && t&demanding != 0:
		return refusedConditional
	}
	return ""
}

// dropsFields reports whether Connection names fields (RFC 9110 §7.6.1). Whoever
// passes the request on takes them off, so the origin behind a reverse proxy
// would answer another request than the one that the key was made of.
func dropsFields(lines []string) bool {
	for option := range field.Members(lines) {
		switch strings.ToLower(option) {
		case "close", "keep-alive", "te", "upgrade", "http2-settings":
		default:
			return true
		}
	}
	return false
}

// overridesMethod reports whether some frameworks would take a request for
// this URL for one of another method.
func overridesMethod(u *url.URL) bool {
	if u == nil || strings.IndexByte(u.RawQuery, '_') < 0 {
		return false
	}
	q := u.RawQuery // payment_method is another parameter
	return strings.HasPrefix(q, "_method=") || strings.Contains(q, "&_method=") || strings.Contains(q, ";_method=")
}

// readDirectives reads Cache-Control (RFC 9111 §5.2.1), and Pragma where there
// is none (§5.4).
func (q *Request) readDirectives(h http.Header) {
	if lines, ok := h["Cache-Control"]; ok {
		cc := field.ParseCacheControl(lines)
		q.directives = &cc
		return
	}
	for member := range field.Members(h["Pragma"]) {
		if strings.EqualFold(member, "no-cache") {
			q.directives = &field.CacheControl{NoCache: true}
		}
	}
}
