package cachepage

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/larder-go/larder/internal/conditional"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/readthrough"
)

// finish ends the exchange after the handler has returned.
func (rec *recorder) finish() {
	if rec.state == waiting {
		if rec.gaveUp() {
			rec.x.invalidateUnsafe(http.StatusOK, rec.header, nil)
			return
		}
		rec.WriteHeader(http.StatusOK)
	}
	rec.done = true
	switch {
	case rec.render == nil:
	case rec.described != nil:
		rec.finishDescribed()
	case rec.state == passing:
		rec.render.Abort("refused")
	case rec.mistaken:
		rec.resetHeader()
	case rec.state == swallowing:
		rec.finishSwallowed()
	case rec.posted != nil:
		rec.finishPosted()
	default:
		rec.finishRecorded()
	}
	rec.freeBuffer()
}

// gaveUp reports whether the handler may have returned because its time was up,
// and ends the render if so: whoever set the time answers.
func (rec *recorder) gaveUp() bool {
	if rec.x.r.Context().Err() == nil || rec.render != nil && rec.render.Context().Err() == nil {
		return false
	}
	if rec.render != nil {
		rec.render.Abort("cancelled")
	}
	rec.done = true
	return true
}

// recoverAndRelease is deferred around the handler: whatever happens, those who
// wait are let go, and the panic goes on to whom it belongs.
func (rec *recorder) recoverAndRelease() {
	if rec.done {
		return
	}
	v := recover()
	rec.render.Abort("panic")
	hidden := rec.state == swallowing && rec.response.Header == nil && !rec.mistaken // already, by its status
	rec.mistaken = false
	if rec.posted != nil && rec.state == recording {
		rec.x.invalidateUnsafe(rec.status, rec.frozen, nil)
	}
	if rec.pump != nil {
		rec.pump.finish(rec.buf)
	}
	if v == nil { // the goroutine itself is ending
		return
	}
	now := rec.x.pages.engine.Time()
	if hidden || v != http.ErrAbortHandler && rec.pump == nil && rec.state != passing && rec.hides(http.StatusInternalServerError, now) {
		if v != http.ErrAbortHandler {
			rec.x.pages.engine.Logger().Error("larder: panic in a handler, hidden by a stale page", "path", rec.x.r.URL.Path, "panic", v, "stack", string(debug.Stack()))
		}
		rec.serveInstead(now)
		return
	}
	panic(v)
}

// serveInstead shows the stale page in place of a failure.
func (rec *recorder) serveInstead(now time.Time) {
	rec.resetHeader()
	says := rec.says
	says.FwdStatus, says.Detail = rec.status, "stale-if-error"
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
	n, why := rec.keepOn()
	if n != nil {
		p = n.Live.(*page)
	}
	cookies := rec.header["Set-Cookie"] // of the 304, for this visitor alone
	if rec.resetHeader(); cookies != nil {
		rec.header["Set-Cookie"] = cookies
	}
	says := rec.says
	says.FwdStatus, says.Stored, says.Detail = rec.status, why == "", why
	rec.x.serve(p, now.UnixNano(), &says)
}

// keepOn keeps the stale page under its updated header. The tags that were said
// when it was made are still what it depends on: an answer without a body need
// not say them again.
func (rec *recorder) keepOn() (*readthrough.Entry, string) {
	rec.render.Tag(rec.x.old.Tags()...)
	return rec.commit(rec.response.Header, rec.stale.content())
}

// finishRecorded keeps the page first and sends it then, so that nobody waits
// for this client.
func (rec *recorder) finishRecorded() {
	if rec.pump == nil {
		rec.announce(rec.frozen)
	}
	n, why := rec.keep()
	if rec.pump != nil {
		rec.endPump()
		return
	}
	if why != "" {
		rec.says.Detail = why
	}
	rec.send(n, why == "")
}

// keep has the page kept if it is whole, and says why it is not.
func (rec *recorder) keep() (n *readthrough.Entry, why string) {
	switch {
	case rec.short():
		why = "short-body"
	case rec.trailed():
		why = policy.NotTrailer
	case rec.status == http.StatusPartialContent:
		return rec.keepPart()
	default:
		rec.complete()
		return rec.commit(rec.frozen, rec.recorded())
	}
	rec.render.Abort(why)
	return nil, why
}

// recorded is the body as it is to be kept.
func (rec *recorder) recorded() content {
	c := content{plain: rec.buf, size: len(rec.buf)}
	if rec.x.rt.compressible(rec.frozen, len(rec.buf)) {
		c.coded = rec.x.rt.compress(rec.buf)
	}
	return c
}

// short reports whether the handler announced more, or less, than it wrote.
func (rec *recorder) short() bool {
	return rec.torn || rec.length >= 0 && rec.length != int64(len(rec.buf))
}

// complete adds what the whole body allows to say: its type, its length, and
// under a server TTL an entity tag, so that browsers can ask whether it has
// changed.
func (rec *recorder) complete() {
	sniff(rec.frozen, rec.buf)
	if rec.status != http.StatusNoContent {
		rec.frozen["Content-Length"] = []string{strconv.Itoa(len(rec.buf))}
	}
	if _, has := rec.frozen["Etag"]; !has && !rec.x.rt.policy.Follow && rec.status == http.StatusOK {
		rec.frozen["Etag"] = []string{entityTag(rec.buf)}
	}
}

// entityTag is made from the bytes alone, so that a page that is rendered anew,
// in another process too, and comes out the same has the tag that browsers
// know. Its hash is one against which visitors who write parts of pages cannot
// make two with one tag.
func entityTag(body []byte) string {
	sum := sha256.Sum256(body)
	var tag [18]byte
	tag[0], tag[17] = '"', '"'
	base64.RawURLEncoding.Encode(tag[1:17], sum[:12])
	return string(tag[:])
}

// commit hands the page to the engine.
func (rec *recorder) commit(h http.Header, body content) (*readthrough.Entry, string) {
	tags, missing := rec.x.rt.filled(rec.asked)
	if missing != "" {
		rec.x.warnUnfilled(missing)
		rec.render.Refuse("tag-unfilled", remember)
		rec.render.Abort("tag-unfilled")
		return nil, "tag-unfilled " + missing
	}
	rec.render.Tag(tags...)
	rec.render.Tag(rec.x.groupTags(h["Cache-Groups"])...)
	search, ok := rec.learnSearch(h)
	if rec.render.Tag(search); !ok {
		rec.render.Abort("no-vary-search")
		return nil, "no-vary-search"
	}
	v := rec.limited()
	if !v.Store {
		rec.render.Refuse(v.Reason, rec.memory(rec.status))
		rec.render.Abort(v.Reason)
		return nil, v.Reason
	}
	if emit := rec.x.rt.emitTags; emit != nil {
		emit(h, rec.render.Tags())
	}
	resp := rec.response
	resp.Header = h
	head, ok := encodePage(resp.Status, v.Life.At(resp.ResponseTime), rec.own(rec.x.rt.policy.Fields(resp)), body)
	if !ok {
		rec.render.Abort("header-too-large")
		return nil, "header-too-large"
	}
	return rec.render.Commit(readthrough.Product{Parts: body.parts(head), Life: rec.engineLife(v.Life), Names: rec.names, Replaces: rec.posted != nil})
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

// isOwn tells the page's fields from those that outer handlers had set.
func (rec *recorder) isOwn(name string) bool {
	v, ok := rec.frozen[name]
	return ok && !slices.Equal(v, rec.preset[name])
}

// send writes the recorded page to the client.
func (rec *recorder) send(n *readthrough.Entry, stored bool) {
	rec.restoreHeader()
	rec.comment(rec.status, n != nil && stored)
	x, h := rec.x, rec.Header()
	rep := representation{body: rec.buf}
	rep.Status, rep.Size, rep.Validators = rec.status, int64(len(rec.buf)), conditional.ValidatorsOf(h)
	if n != nil && n.Live.(*page).coded != nil {
		x.choose(n.Live.(*page), &rep)
		rep.describe(h)
	}
	var res conditional.Result
	if !x.rt.policy.Follow && x.q.Selective {
		res = conditional.Evaluate(x.r.Method, x.r.Header, x.q.Demanding, &rep.Representation)
	}
	if res.Outcome == conditional.NotModified {
		strip304(h, rec.isOwn)
	}
	x.reply(h, &rep, res, rec.isOwn)
}
