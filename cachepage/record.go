package cachepage

import (
	"bufio"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"
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
	completing   bool // the handler was asked for the rest of a part
	joined       bool // the answer was made whole by the part
	mistaken     bool // a 304 or 206 to us was not about what is stored, or misread
	misread      bool // the answer is for another query than was asked for
	state        recState
	status       int
	header       http.Header // the client's own map, but a copy while a pump writes to the client
	preset       http.Header // what outer handlers had set before
	frozen       http.Header // header as it was at WriteHeader
	length       int64       // that the handler announced; -1: none
	response     policy.Response
	verdict      policy.Verdict
	names        []string
	buf          []byte
	lent         *[]byte // what buf is of, from the pool
	room         int     // a write that leaves buf shorter than this has nothing else to do
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

func newRecorder(x *exchange, render *readthrough.Render) *recorder {
	rec := &recorder{x: x, render: render, began: time.Now(), header: x.w.Header()}
	if render != nil && len(rec.header) > 0 {
		rec.preset = rec.header.Clone()
	}
	return rec
}

// Header is the client's own header map, as long as nobody else uses that.
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
	rec.canonicalize()
	switch {
	case rec.posted != nil:
		rec.decidePosted(status)
	case rec.described != nil:
		rec.decideDescribed(status)
	case rec.completing:
		rec.decideRest(status)
	default:
		rec.decide(status)
	}
}

// bypassed reports whether the cache has no part in the request at all.
func (rec *recorder) bypassed() bool {
	return rec.says.Fwd == "bypass" || rec.says.Fwd == policy.FwdMethod
}

func (rec *recorder) refuse(why string, memory time.Duration) {
	if rec.render != nil {
		rec.says.Detail = why
		rec.render.Refuse(why, memory)
	}
}

// Write records or passes on, and implies a 200 like net/http does. A template
// writes a page in a thousand pieces, so nearly all calls only copy.
func (rec *recorder) Write(b []byte) (int, error) {
	if at := len(rec.buf); at+len(b) < rec.room {
		rec.buf = rec.buf[:at+len(b)]
		return copy(rec.buf[at:], b), nil
	}
	return rec.take(b)
}

// WriteString is Write, without a copy of its own, for io.WriteString.
func (rec *recorder) WriteString(s string) (int, error) {
	if at := len(rec.buf); at+len(s) < rec.room {
		rec.buf = rec.buf[:at+len(s)]
		return copy(rec.buf[at:], s), nil
	}
	if rec.state == passing {
		return io.WriteString(rec.x.w, s)
	}
	return rec.take([]byte(s))
}

// take is Write where there may be more to do than to append.
func (rec *recorder) take(b []byte) (int, error) {
	if rec.state == waiting {
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

func (rec *recorder) record(b []byte) (int, error) {
	size := int64(len(rec.buf) + len(b))
	if rec.length >= 0 && size > rec.length {
		rec.torn = true
		return 0, http.ErrContentLength
	}
	if size > rec.x.rt.maxBody {
		rec.letGo("too-large")
		return rec.x.w.Write(b)
	}
	rec.buf = append(rec.buf, b...)
	switch {
	case rec.pump != nil:
		rec.pump.publish(rec.buf)
	case len(rec.buf) > wholeSize:
		rec.stream(false)
	}
	rec.makeRoom()
	return len(b), nil
}

// makeRoom says how far writes may fill the buffer without a look at anything
// else: up to where the page is streamed, or the pump has enough to do, and no
// farther than to the limits of the body.
func (rec *recorder) makeRoom() {
	if rec.state != recording {
		return
	}
	until := wholeSize
	if rec.pump != nil {
		until = len(rec.buf) + pumpSize
	}
	most := rec.x.rt.maxBody
	if rec.length >= 0 {
		most = min(most, rec.length)
	}
	rec.room = int(min(int64(min(until, cap(rec.buf))), most)) + 1
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
		rec.endPump()
	}
	rec.state = passing
	rec.freeBuffer()
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
	rec.header = maps.Clone(rec.header) // the other one is for writers around us, which the pump calls
	rec.pump, rec.room = newPump(rec.x.w, rec.buf, flush), 0
}

// endPump waits until the record is sent. Then the handler has the client's
// own header again, with the trailers that it set meanwhile.
func (rec *recorder) endPump() {
	rec.pump.finish(rec.buf)
	h := rec.x.w.Header()
	for name, values := range rec.header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			h[name] = values
		}
	}
	rec.header = h
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
		rec.pump.flush(rec.buf)
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
