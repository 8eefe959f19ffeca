package cachepage

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/readthrough"
)

// finish ends the exchange after the handler has returned.
func (rec *recorder) finish() {
	if rec.state == waiting {
		rec.WriteHeader(http.StatusOK)
	}
	rec.done = true
	switch {
	case rec.render == nil:
	case rec.state == passing:
		rec.render.Abort("refused")
	case rec.state == swallowing:
		rec.finishSwallowed()
	default:
		rec.finishRecorded()
	}
	rec.freeBuffer()
}

// recoverAndRelease is deferred around the handler: whatever happens, those who
// wait are let go, and the panic goes on to whom it belongs.
func (rec *recorder) recoverAndRelease() {
	if rec.done {
		return
	}
	v := recover()
	rec.render.Abort("panic")
	if rec.pump != nil {
		rec.pump.finish()
	}
	now := rec.x.pages.engine.Time()
	if v != http.ErrAbortHandler && rec.pump == nil && rec.state != passing && rec.hides(http.StatusInternalServerError, now) {
		rec.x.pages.engine.Logger().Error("larder: panic in a handler, hidden by a stale page", "path", rec.x.r.URL.Path, "panic", v, "stack", string(debug.Stack()))
		rec.serveInstead(now)
		return
	}
	panic(v)
}

// serveInstead shows the stale page in place of a failure.
func (rec *recorder) serveInstead(now time.Time) {
	clear(rec.Header())
	for name, v := range rec.preset {
		rec.Header()[name] = v
	}
	says := rec.says
	says.Hit, says.FwdStatus, says.Detail = true, rec.status, "stale-if-error"
	rec.x.serve(rec.stale, now.UnixNano(), &says)
}

func (rec *recorder) finishSwallowed() {
	now := rec.x.pages.engine.Time()
	if rec.response.Header == nil { // an error
		rec.render.Abort("stale-if-error")
		rec.serveInstead(now)
		return
	}
	p := rec.stale
	if n, _ := rec.commit(rec.response.Header, p.body); n != nil {
		p = n.Live.(*page)
	}
	clear(rec.Header())
	for name, v := range rec.preset {
		rec.Header()[name] = v
	}
	says := rec.says
	says.Hit, says.FwdStatus = true, rec.status
	rec.x.serve(p, now.UnixNano(), &says)
}

// finishRecorded keeps the page first and sends it then, so that nobody waits
// for this client.
func (rec *recorder) finishRecorded() {
	var n *readthrough.Entry
	var why string
	if rec.short() {
		rec.render.Abort("short-body")
		why = "short-body"
	} else {
		rec.complete()
		n, why = rec.commit(rec.frozen, rec.buf)
	}
	if rec.pump != nil {
		rec.pump.finish()
		return
	}
	if why != "" {
		rec.says.Detail = why
	}
	rec.send(n != nil && why == "")
}

// short reports whether the handler announced more, or less, than it wrote.
func (rec *recorder) short() bool {
	announced := first(rec.frozen["Content-Length"])
	return announced != "" && announced != strconv.Itoa(len(rec.buf))
}

// complete adds what the whole body allows to say: its length, and under a
// server TTL an entity tag, so that browsers can ask whether it has changed.
func (rec *recorder) complete() {
	if rec.status != http.StatusNoContent {
		rec.frozen["Content-Length"] = []string{strconv.Itoa(len(rec.buf))}
	}
	if _, has := rec.frozen["Etag"]; !has && !rec.x.rt.policy.Follow && rec.status == http.StatusOK {
		rec.frozen["Etag"] = []string{entityTag(rec.buf)}
	}
}

func entityTag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
}

// commit hands the page to the engine.
func (rec *recorder) commit(h http.Header, body []byte) (*readthrough.Entry, string) {
	tags, missing := rec.x.rt.filled(rec.asked)
	if missing != "" {
		rec.x.pages.engine.Logger().Warn("larder: page not kept: the request has no path value for a tag of its route; wrap the handler inside the router, where the value is known", "tag", missing, "path", rec.x.r.URL.Path)
		rec.render.Refuse("tag-unfilled", remember)
		rec.render.Abort("tag-unfilled")
		return nil, "tag-unfilled " + missing
	}
	rec.render.Tag(tags...)
	v := rec.verdict
	if limit := rec.render.Limit(); limit != 0 {
		v = v.Limit(time.Duration(limit - rec.response.ResponseTime.UnixNano()))
	}
	if !v.Store {
		rec.render.Refuse(v.Reason, rec.memory(rec.status))
		rec.render.Abort(v.Reason)
		return nil, v.Reason
	}
	resp := rec.response
	resp.Header = h
	head, ok := encodePage(resp.Status, v.Life.At(resp.ResponseTime), rec.own(rec.x.rt.policy.Fields(resp)), len(body))
	if !ok {
		rec.render.Abort("header-too-large")
		return nil, "header-too-large"
	}
	return rec.render.Commit(readthrough.Product{Parts: [][]byte{head, body}, Life: rec.engineLife(v.Life), Names: rec.names})
}

// engineLife is the page's life for the engine, which counts from the begin of
// the render.
func (rec *recorder) engineLife(l policy.Life) readthrough.Life {
	took := rec.response.ResponseTime.Sub(rec.render.Begun())
	fresh := l.Fresh
	if fresh > 0 && fresh < policy.Forever-took {
		fresh += took
	}
	return readthrough.Life{Fresh: fresh, StaleWhileRevalidate: l.StaleWhileRevalidate, StaleIfError: l.StaleIfError, Keep: l.Keep}
}

// send writes the recorded page to the client.
func (rec *recorder) send(stored bool) {
	rec.restoreHeader()
	rec.comment(rec.status, stored)
	x, h := rec.x, rec.Header()
	if !x.rt.policy.Follow && x.q.Selective {
		x.answer(h, rec.status, rec.buf, func(name string) bool { return rec.frozen[name] != nil })
		return
	}
	x.w.WriteHeader(rec.status)
	x.w.Write(rec.buf)
}
