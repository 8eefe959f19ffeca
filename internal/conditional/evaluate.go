package conditional

import (
	"net/http"
	"strings"
	"time"

	"github.com/larder-go/larder/internal/field"
)

// Outcome is what to send.
type Outcome uint8

// The outcomes of Evaluate.
const (
	Full                Outcome = iota // the response as it is stored
	NotModified                        // 304
	PreconditionFailed                 // 412
	Partial                            // 206 with Result.Range
	RangeNotSatisfiable                // 416 with Content-Range: Unsatisfied(size)
)

// Representation is a stored response with its whole body.
type Representation struct {
	Status int
	Header http.Header // ETag, Last-Modified and Date are read
	Size   int64       // of the body, in bytes
}

// Result is the answer of Evaluate.
type Result struct {
	Outcome Outcome
	Range   Range // if Partial
}

// Applies reports whether a request asks for anything that Evaluate could
// answer with but Full: whether it carries a precondition or Range. A hit
// without them need not make a Representation at all.
func Applies(request http.Header) bool {
	for _, name := range [...]string{"If-None-Match", "If-Modified-Since", "Range", "If-Match", "If-Unmodified-Since"} {
		if _, ok := request[name]; ok {
			return true
		}
	}
	return false
}

// Evaluate decides how to answer a request with the given method and header
// from a stored representation. All names in a header must be canonical.
//
// It follows RFC 9110 §13.2.2; as §13.2.1 demands it acts only on what would
// otherwise be a successful response.
func Evaluate(method string, request http.Header, rep Representation) Result {
	if rep.Status/100 != 2 {
		return Result{Outcome: Full}
	}
	if outcome := precondition(method, request, rep.Header); outcome != Full {
		return Result{Outcome: outcome}
	}
	if method != http.MethodGet || rep.Status != http.StatusOK {
		return Result{Outcome: Full} // §14.2: Range is defined for GET only
	}
	return rangeResult(request, rep)
}

// precondition carries out steps 1 to 4 of RFC 9110 §13.2.2. Full means that
// the method is to be performed.
func precondition(method string, request, stored http.Header) Outcome {
	if fails := unmet(request, stored); fails {
		return PreconditionFailed
	}
	if !seen(method, request, stored) {
		return Full
	}
	if method == http.MethodGet || method == http.MethodHead {
		return NotModified
	}
	return PreconditionFailed
}

// unmet carries out steps 1 and 2: If-Match, and If-Unmodified-Since only
// where there is no If-Match.
func unmet(request, stored http.Header) bool {
	if lines, ok := request["If-Match"]; ok {
		list, valid := parseTags(lines)
		return valid && !list.matches(entityTag(stored), strong)
	}
	if lines, ok := request["If-Unmodified-Since"]; ok {
		since, valid := date(lines, stored)
		changed, known := date(stored["Last-Modified"], stored)
		return valid && known && changed.After(since) // §13.1.4
	}
	return false
}

// seen carries out steps 3 and 4: whether the client holds this very
// representation. If-Modified-Since counts only where there is no
// If-None-Match, readable or not (§13.1.3).
func seen(method string, request, stored http.Header) bool {
	if lines, ok := request["If-None-Match"]; ok {
		list, valid := parseTags(lines)
		return valid && list.matches(entityTag(stored), weak)
	}
	lines, ok := request["If-Modified-Since"]
	if !ok || method != http.MethodGet && method != http.MethodHead {
		return false
	}
	since, valid := date(lines, stored)
	changed, known := modified(stored)
	return valid && known && !changed.After(since)
}

// modified is the modification date of a stored response, or else the date it
// was generated (RFC 9111 §4.3.2).
func modified(stored http.Header) (time.Time, bool) {
	if t, ok := date(stored["Last-Modified"], stored); ok {
		return t, true
	}
	return date(stored["Date"], stored)
}

// date reads a field that holds a single date. The Date of the stored response
// tells the century of a two-digit year; 2000 does if there is none.
func date(lines []string, stored http.Header) (time.Time, bool) {
	if len(lines) != 1 {
		return time.Time{}, false
	}
	near := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	if own := stored["Date"]; len(own) == 1 {
		if t, ok := field.ParseDate(own[0], near); ok {
			near = t
		}
	}
	return field.ParseDate(strings.Trim(lines[0], " \t"), near)
}

// kept304 are the fields of a 200 that its 304 carries (RFC 9110 §15.4.5),
// and those that speak of this exchange or to caches rather than of the
// content, by canonical name.
var kept304 = map[string]bool{
	"Cache-Control":     true,
	"Content-Location":  true,
	"Date":              true,
	"Etag":              true,
	"Expires":           true,
	"Last-Modified":     true,
	"Vary":              true,
	"Set-Cookie":        true,
	"Age":               true,
	"Cache-Groups":      true,
	"Cache-Status":      true,
	"Cdn-Cache-Control": true,
	"No-Vary-Search":    true,
	"Server-Timing":     true,
}

// Keeps304 reports whether the field of that canonical name stays when a
// response is sent as 304. Fields that describe the content do not: the client
// has them.
func Keeps304(name string) bool {
	return kept304[name] || strings.HasPrefix(name, "Access-Control-")
}
