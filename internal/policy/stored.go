package policy

import (
	"net/http"
	"time"
)

// Stored is a Life with its instants worked out, so that a hit is decided by a
// few comparisons. Times are Unix nanoseconds. It is plain data, to be kept
// with the entry.
type Stored struct {
	Born       int64 // when its age was zero
	FreshUntil int64
	StaleUntil int64 // end of StaleWhileRevalidate
	ErrorUntil int64 // end of StaleIfError
	KeepUntil  int64 // of no use from then on

	NoStale, Authorized, Validator, ErrorExplicit bool
}

// At works out the instants for a response received at t.
func (l Life) At(t time.Time) Stored {
	received := t.UnixNano()
	fresh := addTime(received, l.Fresh)
	return Stored{
		Born:       addTime(received, -l.InitialAge),
		FreshUntil: fresh,
		StaleUntil: addTime(fresh, l.StaleWhileRevalidate),
		ErrorUntil: addTime(fresh, l.StaleIfError),
		KeepUntil:  addTime(fresh, l.Keep),

		NoStale:       l.NoStale,
		Authorized:    l.Authorized,
		Validator:     l.Validator,
		ErrorExplicit: l.ErrorExplicit,
	}
}

// addTime adds without overflow: Forever never ends.
func addTime(t int64, d time.Duration) int64 {
	if sum := t + int64(d); d <= 0 || sum > t {
		return sum
	}
	return int64(Forever)
}

// Age is the number of whole seconds since the response was generated
// (RFC 9111 §4.2.3), never below zero even if the clock was set back.
func (s *Stored) Age(now int64) int64 {
	return max(now-s.Born, 0) / int64(time.Second)
}

// TTL is the number of whole seconds for which the response stays fresh,
// negative once it is stale (RFC 9211 §2.4).
func (s *Stored) TTL(now int64) int64 {
	const second = int64(time.Second)
	left := s.FreshUntil - now
	if left < 0 {
		return (left - second + 1) / second
	}
	return left / second
}

// ServesOnError reports whether the response may be served at now in place of
// an answer with that status: a gateway error means that the origin cannot be
// reached (RFC 9111 §4.2.4), and any server error that RFC 5861 §4 lists
// counts where stale-if-error was asked for.
func (s *Stored) ServesOnError(status int, now int64) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
	case http.StatusInternalServerError:
		if !s.ErrorExplicit {
			return false
		}
	default:
		return false
	}
	return !s.NoStale && now < s.ErrorUntil
}
