package conditional

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// Part is an incomplete response: a contiguous piece of a representation.
type Part struct {
	Range
	Size   int64       // of the whole representation, in bytes
	Header http.Header // ETag is read
}

// PartOf reads from the header of a 206 which part of what its body is. ok is
// false for a header that contradicts itself, for a multipart body, and where
// the size of the whole is not known. Whether the body has Length bytes is for
// the caller to check.
func PartOf(h http.Header) (p Part, ok bool) {
	r, size, ok := ParseContentRange(h["Content-Range"])
	if !ok || multipart(h) {
		return Part{}, false
	}
	if lengths, announced := h["Content-Length"]; announced && !slices.Equal(lengths, []string{strconv.FormatInt(r.Length, 10)}) {
		return Part{}, false
	}
	return Part{Range: r, Size: size, Header: h}, true
}

// multipart reports whether the body holds several ranges, each with a
// Content-Range of its own (RFC 9110 §15.3.7.2).
func multipart(h http.Header) bool {
	const several = "multipart/byteranges"
	for _, line := range h["Content-Type"] {
		if len(line) >= len(several) && strings.EqualFold(line[:len(several)], several) {
			return true
		}
	}
	return false
}

// Strong reports whether the part carries a strong entity tag, without which
// nothing can be joined to it (RFC 9111 §3.4).
func (p Part) Strong() bool { return SameStrong(p.Header, p.Header) }

// Whole reports whether the part is all there is.
func (p Part) Whole() bool { return p.Start == 0 && p.Length == p.Size }

// Answers reports whether what a request's Range and If-Range ask for lies
// within the part, so that it can be answered from it (RFC 9111 §3.3).
func (p Part) Answers(request http.Header) bool {
	asked := rangeResult(request, &Representation{Validators: ValidatorsOf(p.Header), Size: p.Size})
	return asked.Outcome == Partial && asked.Range.Start >= p.Start && asked.Range.end() <= p.end()
}

// AsksOne reports whether a request asks for one byte range, well-formed.
func AsksOne(request http.Header) bool {
	lines := request["Range"]
	if len(lines) != 1 || strings.Contains(lines[0], ",") {
		return false
	}
	ranges, ok := parseRanges(lines[0], math.MaxInt64)
	return ok && len(ranges) == 1
}

// ParseContentRange reads the Content-Range of a 206 (RFC 9110 §14.4). ok is
// false unless it is a byte range of a representation of known size.
func ParseContentRange(lines []string) (r Range, size int64, ok bool) {
	if len(lines) != 1 {
		return Range{}, 0, false
	}
	unit, rest, _ := strings.Cut(strings.Trim(lines[0], " \t"), " ")
	span, total, _ := strings.Cut(rest, "/")
	first, last, _ := strings.Cut(span, "-")
	start, startOK := position(first)
	end, endOK := position(last)
	size, sizeOK := position(total)
	if !strings.EqualFold(unit, "bytes") || !startOK || !endOK || !sizeOK {
		return Range{}, 0, false
	}
	if end < start || end >= size || size == math.MaxInt64 { // or beyond
		return Range{}, 0, false
	}
	return Range{Start: start, Length: end - start + 1}, size, true
}

// Combine decides whether a new part may be joined with a stored one
// (RFC 9111 §3.4): both carry the same strong entity tag, belong to a whole of
// the same size, and leave no gap, and the new one does not name another
// coding. It returns what they cover together; if that is all of Size, the two
// make a complete response.
func Combine(stored, fresh Part) (covered Range, ok bool) {
	if !SameStrong(stored.Header, fresh.Header) || stored.Size != fresh.Size {
		return Range{}, false
	}
	if coding, named := fresh.Header["Content-Encoding"]; named && !slices.Equal(coding, stored.Header["Content-Encoding"]) {
		return Range{}, false
	}
	joined := coalesce([]Range{stored.Range, fresh.Range})
	return joined[0], len(joined) == 1
}
