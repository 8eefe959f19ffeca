package policy

import (
	"time"

	"github.com/larder-go/larder/internal/field"
)

// understood are the status codes whose caching requirements this cache knows
// (RFC 9111 §3, for must-understand): the final ones of RFC 9110 §15 and the
// common ones registered since. It does not keep 304 and 416, and 206 only
// where others can be joined to it.
var understood = func() map[int]bool {
	set := make(map[int]bool)
	for _, span := range [...][2]int{
		{200, 208}, {226, 226}, {300, 303}, {305, 305}, {307, 308},
		{400, 417}, {421, 426}, {428, 429}, {431, 431}, {451, 451}, {500, 508}, {511, 511},
	} {
		for status := span[0]; status <= span[1]; status++ {
			set[status] = true
		}
	}
	return set
}()

// heuristic are the status codes that may be kept without explicit freshness
// (RFC 9110 §15.1).
var heuristic = map[int]bool{
	200: true, 203: true, 204: true, 206: true, 300: true, 301: true, 308: true,
	404: true, 405: true, 410: true, 414: true, 501: true,
}

// maxHeuristic bounds what is guessed.
const maxHeuristic = 24 * time.Hour

// heuristicLifetime guesses the lifetime of a response that says none: a tenth
// of the time since it was modified (RFC 9111 §4.2.2).
func heuristicLifetime(resp Response) time.Duration {
	lines := resp.Header["Last-Modified"]
	if len(lines) != 1 {
		return 0
	}
	modified, ok := field.ParseDate(lines[0], resp.ResponseTime)
	if !ok {
		return 0
	}
	return min(max(dateOf(resp).Sub(modified)/10, 0), maxHeuristic)
}
