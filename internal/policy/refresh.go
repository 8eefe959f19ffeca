package policy

import (
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/larder-go/larder/internal/conditional"
	"github.com/larder-go/larder/internal/field"
)

// conditions are the request fields that can turn a full answer into another.
var conditions = []string{
	"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range",
}

// Unconditional returns the request header for a handler whose whole answer
// is wanted: h without preconditions and Range, or h itself if it has none.
// Under a TTL that is the header for every miss; the visitor's own conditions
// are then applied to the answer.
func Unconditional(h http.Header) http.Header {
	if !slices.ContainsFunc(conditions, func(name string) bool { return has(h, name) }) {
		return h
	}
	bare := maps.Clone(h)
	for _, name := range conditions {
		delete(bare, name)
	}
	return bare
}

// ForMiss returns the request header for the handler when nothing is stored.
// With Follow it is h: the origin gets the request as it came.
func (p *Policy) ForMiss(h http.Header) http.Header {
	if p.Follow {
		return h
	}
	return Unconditional(h)
}

// Validators returns the request header that asks whether a stored response is
// still good (RFC 9111 §4.3.1): h with the validators of the stored response
// in place of the visitor's conditions. Those are applied afterwards to the
// response that comes out, so a 304 can only be about the stored one.
func Validators(h, stored http.Header) http.Header {
	asked := maps.Clone(Unconditional(h))
	if tags := stored["Etag"]; len(tags) == 1 {
		asked["If-None-Match"] = slices.Clip(tags)
	}
	if dates := stored["Last-Modified"]; len(dates) == 1 {
		asked["If-Modified-Since"] = slices.Clip(dates)
	}
	return asked
}

// Rest returns the request header that asks for what is missing behind the
// first held bytes of an incomplete response (RFC 9111 §3.3), or for the whole
// if the stored strong entity tag is no longer the right one: h with Range and
// If-Range in place of the visitor's conditions.
func Rest(h, stored http.Header, held int64) http.Header {
	asked := maps.Clone(Unconditional(h))
	asked["Range"] = []string{"bytes=" + strconv.FormatInt(held, 10) + "-"}
	asked["If-Range"] = slices.Clip(stored["Etag"])
	return asked
}

// Validates reports whether a 304 with the header fresh is about the stored
// response (RFC 9111 §4.3.4): its entity tag is the same, or else its
// Last-Modified, or it has neither. If not, the stored response must not be
// used: ask again with Unconditional.
func Validates(stored, fresh http.Header) bool {
	if has(fresh, "Etag") {
		return conditional.SameWeak(stored, fresh)
	}
	return agree("Last-Modified", stored, fresh)
}

// agree reports whether fresh does not have the field, or has it as stored
// has.
func agree(name string, stored, fresh http.Header) bool {
	return !has(fresh, name) || slices.Equal(stored[name], fresh[name])
}

// kept are the fields of a stored response that no update replaces: they
// describe the stored body (RFC 9111 §3.2), or must not be stored.
var kept = []string{"Content-Length", "Content-Encoding", "Content-Range", "Content-Digest", "Set-Cookie", "Set-Cookie2"}

// Update304 returns the stored header updated by that of a 304 or of an answer
// to HEAD (RFC 9111 §3.2): each field replaces its namesake, except those that
// belong to the connection or to the stored body. Neither argument changes.
//
// The old Date goes too: an answer without one was made when it was received.
// Give the outcome to Store and Fields with the times of the new exchange.
func Update304(stored, fresh http.Header) http.Header {
	updated := maps.Clone(stored)
	delete(updated, "Date")
	delete(updated, "Age")
	for name, values := range field.EndToEnd(fresh) {
		if !slices.Contains(kept, name) {
			updated[name] = values
		}
	}
	return updated
}

// HeadAgrees reports whether an answer of 200 to HEAD describes the stored
// response, whose body has size bytes (RFC 9111 §4.3.5). If so Update304 may
// be applied, else the stored response is to be treated as stale.
func HeadAgrees(stored, fresh http.Header, size int64) bool {
	if lengths := fresh["Content-Length"]; len(lengths) > 0 && lengths[0] != strconv.FormatInt(size, 10) {
		return false
	}
	return agree("Etag", stored, fresh) && agree("Last-Modified", stored, fresh)
}
