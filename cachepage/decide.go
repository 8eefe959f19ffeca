package cachepage

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/larder-go/larder/internal/policy"
)

// describe gives an answer that is not recorded, because of what was asked for
// (HEAD, a range), the fields of the page that would have been.
func (rec *recorder) describe(status int) {
	x, h, now := rec.x, rec.header, rec.x.pages.engine.Time()
	x.rt.patchVary(h)
	x.rt.patchCoding(h)
	v := x.rt.policy.Store(x.r, policy.Response{Status: status, Header: h, RequestTime: now, ResponseTime: now, Target: x.target()})
	x.rt.policy.Patch(h, v, now)
}

// decide looks at the header of an answer that might be kept: it is recorded,
// passed on, or swallowed because a stored page is shown in its place.
func (rec *recorder) decide(status int) {
	h, now := rec.Header(), rec.x.pages.engine.Time()
	rec.x.rt.patchVary(h)
	switch {
	case rec.misreads(status):
		rec.misread, rec.mistaken, rec.state = true, true, swallowing
		return
	case rec.revalidating && status == http.StatusNotModified && !policy.Validates(rec.stale.header(), h):
		rec.mistaken, rec.state = true, swallowing // RFC 9111 §4.3.4: no update by what is about something else
		return
	case rec.revalidating && status == http.StatusNotModified:
		rec.updated(h)
		rec.state = swallowing
	case rec.hides(status, now):
		rec.refuse("stale-if-error", 0)
		rec.state = swallowing
		return
	default:
		rec.response = policy.Response{Status: status, Header: h}
	}
	rec.response.RequestTime, rec.response.ResponseTime, rec.response.Target = rec.render.Begun(), now, rec.x.target()
	rec.verdict = rec.x.rt.policy.Store(rec.x.r, rec.response)
	var star bool
	if rec.names, star = rec.x.rt.varies(rec.response.Header); star {
		rec.verdict = policy.Verdict{Reason: policy.NotVaryStar}
	}
	if rec.state == swallowing {
		return
	}
	rec.x.rt.patchCoding(h)
	rec.length = contentLength(h)
	if why := rec.cannot(h); why != "" {
		rec.announce(h)
		rec.refuse(why, rec.memory(status))
		rec.passOn(status)
		return
	}
	rec.begin(h)
}

// misreads reports whether the handler was asked with a query that its answer
// does not stand by: the visitor asked for another page. A failure is one for any
// query, and a 304 to us is about a page that stands by it.
func (rec *recorder) misreads(status int) bool {
	x := rec.x
	return x.reduced() && status < 500 && !(rec.revalidating && status == http.StatusNotModified) && !x.confirmed(rec.header)
}

// updated makes the response the stale page with the fields of an answer that
// describes it (RFC 9111 §3.2). What the route itself adds to Vary stays, and so
// does what the handler had put in the place of an outer one's field and does not
// name again.
func (rec *recorder) updated(h http.Header) {
	stored, said := rec.stale.header(), maps.Clone(h)
	for name, values := range rec.preset {
		if stored[name] != nil && slices.Equal(h[name], values) {
			delete(said, name)
		}
	}
	rec.response = policy.Response{Status: rec.stale.status, Header: policy.Update304(stored, said)}
	rec.x.rt.patchCoding(rec.response.Header)
}

// begin turns to recording, under the header h as it stands now.
func (rec *recorder) begin(h http.Header) {
	rec.state, rec.frozen = recording, h.Clone()
	rec.takeBuffer()
}

// cannot is why the response is not recorded, "" if it is.
func (rec *recorder) cannot(h http.Header) string {
	if !rec.verdict.Store {
		return rec.verdict.Reason
	}
	if rec.length > rec.x.rt.maxBody {
		return "too-large"
	}
	const stream = "text/event-stream"
	if ct := first(h["Content-Type"]); len(ct) >= len(stream) && strings.EqualFold(ct[:len(stream)], stream) {
		return "event-stream"
	}
	return rec.render.Why()
}

// contentLength is the length that a header announces, -1 if none.
func contentLength(h http.Header) int64 {
	if h["Content-Length"] == nil { // as usual; the error of an empty text would be made in vain
		return -1
	}
	n, err := strconv.ParseInt(first(h["Content-Length"]), 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// announce writes the lifetimes that the page has by now: what is said while
// rendering lowers them until the header goes out. One that holds what must
// not be kept, or what is stale already, gets none.
func (rec *recorder) announce(h http.Header) {
	switch rec.render.Why() {
	case "no-store", "stale-inside":
		return
	}
	rec.x.rt.policy.Patch(h, rec.limited(), rec.response.ResponseTime)
}

// limited is the verdict, lowered by what was said while rendering.
func (rec *recorder) limited() policy.Verdict {
	limit := rec.render.Limit()
	if limit == 0 {
		return rec.verdict
	}
	left := time.Duration(limit - rec.response.ResponseTime.UnixNano())
	v := rec.verdict.Limit(left)
	windows := max(left-v.Life.Fresh, 0)
	v.Life.StaleWhileRevalidate = min(v.Life.StaleWhileRevalidate, windows)
	v.Life.StaleIfError = min(v.Life.StaleIfError, windows)
	return v
}

// memory is how long to remember that the URL cannot be kept. A failure of the
// handler, or the visitor's own doing, says nothing about the next request.
func (rec *recorder) memory(status int) time.Duration {
	if status >= 500 || status == http.StatusNotModified || rec.x.q.Authorized || rec.verdict.Reason == policy.NotRequest {
		return 0
	}
	switch rec.render.Why() {
	case "", "no-store":
		return remember
	}
	return 0 // the store, or what happened meanwhile, was in the way
}

// hides reports whether a stale page is shown instead of an answer with this
// status (RFC 5861 §4).
func (rec *recorder) hides(status int, now time.Time) bool {
	return rec.stale != nil && rec.stale.life.ServesOnError(status, now.UnixNano())
}
