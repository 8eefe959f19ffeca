package conditional

import (
	"net/http"
	"strings"
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
	Size   int64 // of the body, in bytes
	Validators
}

// Result is the answer of Evaluate.
type Result struct {
	Outcome Outcome
	Range   Range // if Partial
}

// Evaluate decides how to answer a request with the given method and header
// from a stored representation. All names in a header must be canonical.
// demanding says whether If-Match or If-Unmodified-Since is among them: few
// requests have one, and to look for both costs as much as to find another.
//
// It follows RFC 9110 §13.2.2; as §13.2.1 demands it acts only on what would
// otherwise be a successful response.
func Evaluate(method string, request http.Header, demanding bool, rep *Representation) Result {
	if rep.Status/100 != 2 {
		return Result{Outcome: Full}
	}
	if demanding && unmet(request, &rep.Validators) {
		return Result{Outcome: PreconditionFailed}
	}
	if outcome := precondition(method, request, &rep.Validators); outcome != Full {
		return Result{Outcome: outcome}
	}
	if method != http.MethodGet || rep.Status != http.StatusOK {
		return Result{Outcome: Full} // §14.2: Range is defined for GET only
	}
	return rangeResult(request, rep)
}

// precondition carries out steps 3 and 4 of RFC 9110 §13.2.2. Full means that
// the method is to be performed.
func precondition(method string, request http.Header, stored *Validators) Outcome {
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
func unmet(request http.Header, stored *Validators) bool {
	if lines, ok := request["If-Match"]; ok {
		found, valid := listed(lines, entityTag(stored.ETag), strong)
		return valid && !found
	}
	if lines, ok := request["If-Unmodified-Since"]; ok {
		since, valid := stored.date(lines)
		changed, known := stored.date(stored.LastModified)
		return valid && known && changed.After(since) // §13.1.4
	}
	return false
}

// seen carries out steps 3 and 4: whether the client holds this very
// representation. If-Modified-Since counts only where there is no
// If-None-Match, readable or not (§13.1.3).
func seen(method string, request http.Header, stored *Validators) bool {
	if lines, ok := request["If-None-Match"]; ok {
		t := entityTag(stored.ETag)
		if len(lines) == 1 && lines[0] == string(t) && t != "" { // as browsers ask
			return true
		}
		found, _ := listed(lines, t, weak)
		return found
	}
	lines, ok := request["If-Modified-Since"]
	if !ok || method != http.MethodGet && method != http.MethodHead {
		return false
	}
	since, valid := stored.date(lines)
	changed, known := stored.modified()
	return valid && known && !changed.After(since)
}

// Keeps304 reports whether the field of that canonical name stays when a
// response is sent as 304: those that RFC 9110 §15.4.5 names, and those that
// speak of this exchange or to caches rather than of the content. Fields that
// describe the content do not: the client has them.
func Keeps304(name string) bool {
	switch name {
	case "Cache-Control", "Content-Location", "Date", "Etag", "Expires", "Last-Modified", "Vary",
		"Set-Cookie", "Age", "Cache-Groups", "Cache-Status", "Cdn-Cache-Control", "No-Vary-Search", "Server-Timing":
		return true
	}
	return strings.HasPrefix(name, "Access-Control-")
}
