package conditional

import (
	"net/http"
	"strings"
)

// Part is an incomplete response: a contiguous piece of a representation.
type Part struct {
	Range
	Size   int64       // of the whole representation, in bytes
	Header http.Header // ETag is read
}

// ParseContentRange reads the Content-Range of a 206 whose body has length
// bytes (RFC 9110 §14.4). ok is false unless it is a byte range of a
// representation of known size and has exactly that length: what contradicts
// itself is no piece of anything.
func ParseContentRange(lines []string, length int64) (r Range, size int64, ok bool) {
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
	if end < start || end >= size || end-start+1 != length {
		return Range{}, 0, false
	}
	return Range{Start: start, Length: length}, size, true
}

// Combine decides whether a new part may be joined with a stored one
// (RFC 9111 §3.4): both carry the same strong entity tag, belong to a whole of
// the same size, and leave no gap. It returns what they cover together; if
// that is all of Size, the two make a complete response.
func Combine(stored, fresh Part) (covered Range, ok bool) {
	if !SameStrong(stored.Header, fresh.Header) || stored.Size != fresh.Size {
		return Range{}, false
	}
	joined := coalesce([]Range{stored.Range, fresh.Range})
	return joined[0], len(joined) == 1
}
