package conditional

import (
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/larder-go/larder/internal/field"
)

// maxRanges is how many ranges a request may ask for before it is given the
// whole (RFC 9110 §17.15).
const maxRanges = 16

// Range is a part of a body, in bytes. Length is above zero.
type Range struct{ Start, Length int64 }

func (r Range) end() int64 { return r.Start + r.Length }

// ContentRange is the value of Content-Range for this part of a body of size
// bytes (RFC 9110 §14.4).
func (r Range) ContentRange(size int64) string {
	return "bytes " + strconv.FormatInt(r.Start, 10) + "-" +
		strconv.FormatInt(r.end()-1, 10) + "/" + strconv.FormatInt(size, 10)
}

// Unsatisfied is the value of Content-Range for a 416 about a body of size
// bytes (RFC 9110 §15.5.17).
func Unsatisfied(size int64) string {
	return "bytes */" + strconv.FormatInt(size, 10)
}

// rangeResult carries out step 5 of RFC 9110 §13.2.2 and §14.2.
func rangeResult(request http.Header, rep *Representation) Result {
	lines := request["Range"]
	if len(lines) != 1 || rep.Size <= 0 || !ifRange(request, &rep.Validators) {
		return Result{Outcome: Full}
	}
	ranges, ok := parseRanges(lines[0], rep.Size)
	switch {
	case !ok:
		return Result{Outcome: Full}
	case len(ranges) == 0:
		return Result{Outcome: RangeNotSatisfiable}
	}
	if ranges = coalesce(ranges); len(ranges) > 1 {
		return Result{Outcome: Full}
	}
	return Result{Outcome: Partial, Range: ranges[0]}
}

// ifRange reports whether If-Range lets Range apply (RFC 9110 §13.1.5): it is
// absent, or names exactly this representation by a strong validator.
func ifRange(request http.Header, stored *Validators) bool {
	lines, ok := request["If-Range"]
	if !ok {
		return true
	}
	if len(lines) != 1 {
		return false
	}
	if value := field.TrimSpace(lines[0]); value != "" && tagLen(value) == len(value) {
		return strong(tag(value), entityTag(stored.ETag))
	}
	asked, valid := stored.date(lines)
	changed, known := stored.date(stored.LastModified)
	return valid && known && asked.Equal(changed) && stored.strongDate()
}

// parseRanges reads a set of byte ranges (RFC 9110 §14.1.2) against a body of
// size bytes and returns the satisfiable ones. ok is false if the set is
// malformed, too long, or of another unit: then Range is ignored.
func parseRanges(s string, size int64) (ranges []Range, ok bool) {
	unit, set, found := strings.Cut(field.TrimSpace(s), "=")
	if !found || !strings.EqualFold(unit, "bytes") {
		return nil, false
	}
	specs := 0
	for spec := range field.Members([]string{set}) {
		r, valid := parseRange(spec, size)
		if specs++; !valid || specs > maxRanges {
			return nil, false
		}
		if r.Length > 0 {
			ranges = append(ranges, r)
		}
	}
	return ranges, specs > 0
}

// parseRange reads one range; its length is 0 if it is not satisfiable.
func parseRange(spec string, size int64) (r Range, valid bool) {
	first, last, found := strings.Cut(spec, "-")
	if !found {
		return Range{}, false
	}
	if first == "" {
		return suffixRange(last, size)
	}
	start, startOK := position(first)
	end, endOK := int64(math.MaxInt64), true
	if last != "" {
		end, endOK = position(last)
	}
	if !startOK || !endOK || end < start {
		return Range{}, false
	}
	if start >= size {
		return Range{}, true
	}
	return Range{Start: start, Length: min(end, size-1) - start + 1}, true
}

// suffixRange is the last n bytes, the whole body if it is shorter.
func suffixRange(n string, size int64) (r Range, valid bool) {
	length, valid := position(n)
	if !valid {
		return Range{}, false
	}
	length = min(length, size)
	return Range{Start: size - length, Length: length}, true
}

// position reads digits and nothing else; what does not fit is the greatest
// number there is.
func position(s string) (n int64, ok bool) {
	if s == "" {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		n = math.MaxInt64
	}
	return n, true
}

// coalesce joins ranges that overlap or touch, in order of their start
// (RFC 9110 §14.2).
func coalesce(ranges []Range) []Range {
	slices.SortFunc(ranges, func(a, b Range) int { return int(min(max(a.Start-b.Start, -1), 1)) })
	joined := ranges[:1]
	for _, r := range ranges[1:] {
		last := &joined[len(joined)-1]
		if r.Start > last.end() {
			joined = append(joined, r)
			continue
		}
		last.Length = max(last.end(), r.end()) - last.Start
	}
	return joined
}
