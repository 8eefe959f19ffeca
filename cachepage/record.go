package cachepage

import (
	"bufio"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/readthrough"
)

// recorder stands between the handler and the client. It records a response
// that may be kept, and passes any other one on as it is. Up to wholeSize bytes
// without a Flush nothing goes out before the handler has ended; then a pump
// copies from the record to the client, so that a slow client holds up nobody.
type recorder struct {
	x      *exchange
	render *readthrough.Render // nil: nothing is recorded
	asked  *http.Request       // as the handler got it
	stale  *page
	says   field.Status
	began  time.Time

	posted       *readthrough.Key // the unit of a POST; nil for what only reads
	described    *readthrough.Key // the unit of a HEAD that may update its page; nil for all else
	revalidating bool
	mistaken     bool // a 304 to us was not about the stored page
	state        recState
	status       int
	header       http.Header // the client's own map
	preset       http.Header // what outer handlers had set before
	frozen       http.Header // header as it was at WriteHeader
	length       int64       // that the handler announced; -1: none
	response     policy.Response
	verdict      policy.Verdict
	names        []string
	buf          []byte
	pump         *pump
	torn         bool // the handler wrote more than it had announced
	done         bool
}

type recState uint8

const (
	waiting    recState = iota // for WriteHeader
	recording                  // into buf
	passing                    // straight to the client
	swallowing                 // nothing of this answer is shown: a 304 to us, an error that a stale page hides
)

// wholeSize is how much is held back so that the page goes out whole, with its
// Content-Length.
const wholeSize = 32 << 10

var buffers = sync.Pool{New: func() any { return new([]byte) }}

// biggest buffer that goes back to the pool.
const maxPooled = 1 << 20

func newRecorder(x *exchange, render *readthrough.Render) *recorder {
	rec := &recorder{x: x, render: render, began: time.Now(), header: x.w.Header()}
	if render != nil {
		rec.preset = rec.header.Clone()
		b := buffers.Get().(*[]byte)
		rec.buf = (*b)[:0]
	}
	return rec
}

// Header is the client's own header map.
func (rec *recorder) Header() http.Header { return rec.header }

// Unwrap is for http.ResponseController: deadlines and full duplex are the
// connection's business.
func (rec *recorder) Unwrap() http.ResponseWriter { return rec.x.w }

// WriteHeader decides what becomes of the response. Informational ones go out
// at once and are no part of it (RFC 9110 §15.2).
func (rec *recorder) WriteHeader(status int) {
	if rec.state != waiting {
		return
	}
	if status >= 100 && status < 200 {
		rec.x.w.WriteHeader(status)
		if status == http.StatusSwitchingProtocols {
			rec.refuse("upgrade", remember)
			rec.state = passing
		}
		return
	}
	rec.status = status
	if rec.render == nil {
		rec.x.invalidateUnsafe(status, rec.header, nil)
		if !rec.bypassed() {
			rec.describe(status)
		}
		rec.passOn(status)
		return
	}
	switch {
	case rec.posted != nil:
		rec.decidePosted(status)
	case rec.described != nil:
		rec.decideDescribed(status)
	default:
		rec.decide(status)
	}
}

// bypassed reports whether the cache has no part in the request at all.
func (rec *recorder) bypassed() bool {
	return rec.says.Fwd == "bypass" || rec.says.Fwd == policy.FwdMethod
}

// describe gives an answer that is not recorded, because of what was asked for
// (HEAD, a range), the fields of the page that would have been.
func (rec *recorder) describe(status int) {
	x, h, now := rec.x, rec.header, rec.x.pages.engine.Time()
	x.rt.patchVary(h)
	v := x.rt.policy.Store(x.r, policy.Response{Status: status, Header: h, RequestTime: now, ResponseTime: now, Target: x.target()})
	x.rt.policy.Patch(h, v, now)
}

func (rec *recorder) decide(status int) {
	h, now := rec.Header(), rec.x.pages.engine.Time()
	rec.x.rt.patchVary(h)
	switch {
	case rec.revalidating && status == http.StatusNotModified && !policy.Validates(rec.stale.header(), h):
		rec.mistaken, rec.state = true, swallowing // RFC 9111 §4.3.4: no update by what is about something else
		return
	case rec.revalidating && status == http.StatusNotModified:
		rec.response = policy.Response{Status: rec.stale.status, Header: policy.Update304(rec.stale.header(), h)}
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
	if rec.state == swallowing {
		return
	}
	var star bool
	if rec.names, star = rec.x.rt.varies(h); star {
		rec.verdict = policy.Verdict{Reason: policy.NotVaryStar}
	}
	rec.x.rt.patchCoding(h)
	rec.length = contentLength(h)
	if why := rec.cannot(h); why != "" {
		rec.announce(h)
		rec.refuse(why, rec.memory(status))
		rec.passOn(status)
		return
	}
	rec.state = recording
	rec.frozen = h.Clone()
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

func first(v []string) string {
	if len(v) == 0 {
		return ""
	}
	return v[0]
}

// memory is how long to remember that the URL cannot be kept. A failure of the
// handler, or the visitor's own doing, says nothing about the next request.
func (rec *recorder) memory(status int) time.Duration {
	if status >= 500 || status == http.StatusNotModified || rec.x.q.Authorized || rec.verdict.Reason == policy.NotRequest {
		return 0
	}
	return remember
}

// hides reports whether a stale page is shown instead of an answer with this
// status (RFC 5861 §4).
func (rec *recorder) hides(status int, now time.Time) bool {
	return rec.stale != nil && rec.stale.life.ServesOnError(status, now.UnixNano())
}

func (rec *recorder) refuse(why string, memory time.Duration) {
	if rec.render != nil {
		rec.says.Detail = why
		rec.render.Refuse(why, memory)
	}
}

// passOn sends the header as it is, with what there is to say about it.
func (rec *recorder) passOn(status int) {
	rec.state = passing
	rec.comment(status, false)
	rec.x.w.WriteHeader(status)
}

// comment adds Cache-Status and Server-Timing to the header about to be sent.
func (rec *recorder) comment(status int, stored bool) {
	s := rec.says
	s.Cache, s.FwdStatus, s.Stored = rec.x.rt.name, status, stored
	field.AddCacheStatus(rec.Header(), s)
	if rec.x.rt.serverTiming {
		how := "miss"
		if rec.bypassed() {
			how = "bypass"
		}
		rec.x.timingOfRender(rec.Header(), how, time.Since(rec.began))
	}
}

// Write records or passes on, and implies a 200 like net/http does.
func (rec *recorder) Write(b []byte) (int, error) {
	if rec.state == waiting {
		rec.sniff(rec.Header(), b)
		rec.WriteHeader(http.StatusOK)
	}
	switch rec.state {
	case passing:
		return rec.x.w.Write(b)
	case swallowing:
		return len(b), nil
	}
	return rec.record(b)
}

// sniff sets a missing Content-Type as net/http would, so that it is kept.
func (rec *recorder) sniff(h http.Header, b []byte) {
	if _, has := h["Content-Type"]; !has && h["Content-Encoding"] == nil && len(b) > 0 {
		h["Content-Type"] = []string{http.DetectContentType(b)}
	}
}

func (rec *recorder) record(b []byte) (int, error) {
	if rec.length >= 0 && int64(len(rec.buf)+len(b)) > rec.length {
		rec.torn = true
		return 0, http.ErrContentLength
	}
	if len(rec.buf) == 0 {
		rec.sniff(rec.frozen, b)
	}
	if int64(len(rec.buf)+len(b)) > rec.x.rt.maxBody {
		rec.letGo("too-large")
		return rec.x.w.Write(b)
	}
	if rec.pump != nil {
		rec.pump.append(&rec.buf, b)
		return len(b), nil
	}
	rec.buf = append(rec.buf, b...)
	if len(rec.buf) > wholeSize {
		rec.stream(false)
	}
	return len(b), nil
}

// letGo ends a recording before its time: what there is goes out, and the rest
// goes to the client at the client's pace.
func (rec *recorder) letGo(why string) {
	rec.refuse(why, remember)
	if rec.posted != nil {
		rec.x.invalidateUnsafe(rec.status, rec.frozen, nil)
	}
	if rec.pump == nil {
		rec.sendHeader()
		rec.x.w.Write(rec.buf)
	} else {
		rec.pump.finish()
	}
	rec.state = passing
	rec.freeBuffer()
}

// sendHeader puts the frozen header in place, whatever the handler did to the
// map since, and sends it.
func (rec *recorder) sendHeader() {
	rec.announce(rec.frozen)
	rec.restoreHeader()
	rec.comment(rec.status, false)
	rec.x.w.WriteHeader(rec.status)
}

// restoreHeader leaves only trailers of what the handler set since.
func (rec *recorder) restoreHeader() {
	for name := range rec.header {
		if !strings.HasPrefix(name, http.TrailerPrefix) {
			delete(rec.header, name)
		}
	}
	maps.Copy(rec.header, rec.frozen)
}

// resetHeader takes back all that the handler has set.
func (rec *recorder) resetHeader() {
	clear(rec.header)
	maps.Copy(rec.header, rec.preset)
}

// trailed reports whether the handler set trailers without declaring them.
func (rec *recorder) trailed() bool {
	for name := range rec.header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			return true
		}
	}
	return false
}

// stream begins to send a page that is not complete. The answer to a POST is
// not kept then: its client could ask again before the page has changed.
func (rec *recorder) stream(flush bool) {
	if rec.posted != nil {
		rec.letGo("streamed")
		if flush {
			http.NewResponseController(rec.x.w).Flush()
		}
		return
	}
	rec.sendHeader()
	rec.pump = newPump(rec.x.w, rec.buf, flush)
}

// Flush implements http.Flusher.
func (rec *recorder) Flush() { rec.FlushError() }

// FlushError is what http.ResponseController calls.
func (rec *recorder) FlushError() error {
	if rec.state == waiting {
		rec.WriteHeader(http.StatusOK)
	}
	switch {
	case rec.state == passing:
		return http.NewResponseController(rec.x.w).Flush()
	case rec.state == swallowing:
	case rec.pump == nil:
		rec.stream(true)
	default:
		rec.pump.flush()
	}
	return nil
}

// Hijack gives the connection away; there is no page then.
func (rec *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if rec.state == recording {
		rec.letGo("hijacked")
	}
	conn, rw, err := http.NewResponseController(rec.x.w).Hijack()
	if err == nil {
		rec.refuse("hijacked", remember)
		rec.state = passing
	}
	return conn, rw, err
}

// ReadFrom lets a response that is passed on use the connection's fast path.
func (rec *recorder) ReadFrom(src io.Reader) (int64, error) {
	if rec.state != passing {
		return io.Copy(struct{ io.Writer }{rec}, src)
	}
	return io.Copy(rec.x.w, src)
}

func (rec *recorder) freeBuffer() {
	if rec.buf != nil && cap(rec.buf) <= maxPooled {
		b := rec.buf[:0]
		buffers.Put(&b)
	}
	rec.buf = nil
}

// own is the header to keep: without what outer handlers had set before this
// one ran, since they will set it again.
func (rec *recorder) own(h http.Header) http.Header {
	for name, v := range rec.preset {
		if slices.Equal(h[name], v) {
			delete(h, name)
		}
	}
	return h
}
