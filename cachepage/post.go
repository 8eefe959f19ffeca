package cachepage

import (
	"context"
	"net/http"
	"slices"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/readthrough"
)

// mayAnswerGet reports whether the answer to this POST could be one to later
// GETs (RFC 9110 §9.3.3): the route follows the origin, and the request shows
// nobody's session, no parameter that is not in the key, and nothing that Strict
// hides from those who make pages.
func (x *exchange) mayAnswerGet() bool {
	return x.rt.policy.Follow && x.r.Method == http.MethodPost && !x.q.Authorized &&
		!x.rt.query.active() && !x.rt.strict && x.visitor() == ""
}

// post runs a POST with a record of its answer. Most are passed on as soon as
// their header is there.
func (x *exchange) post(b *binding) {
	k := x.key(b)
	if k == nil || x.reduced() { // a page must not show what is not in its key
		x.pass(policy.FwdMethod)
		return
	}
	x.saw(observe.Bypass, policy.FwdMethod) // before the render, which a hook that panics would leave open
	y := new(exchange)
	*y = *x
	l := newLookup(y.rt, y.r, y.rewritten)
	defer l.free()
	never := func(*readthrough.Entry) bool { return false }
	_, render := y.pages.engine.Lead(y.r.Context(), k, readthrough.Access{
		Name: y.r.URL.Path, Varied: l, Tags: y.rt.known(y.r), Names: y.rt.varyOn, Alone: true, Usable: never,
	})
	rec := newRecorder(y, render)
	rec.says, rec.posted = field.Status{Fwd: policy.FwdMethod}, k
	y.run(rec, y.r.WithContext(render.Context()))
}

// decidePosted decides about the answer to a POST: it is recorded if it
// answers later GETs, and passed on otherwise.
func (rec *recorder) decidePosted(status int) {
	x, h := rec.x, rec.header
	x.rt.patchVary(h)
	if h["Content-Location"] == nil { // it does not say which page it is
		rec.passPosted(status)
		return
	}
	rec.response = policy.Response{Status: status, Header: h, RequestTime: rec.render.Begun(), ResponseTime: x.pages.engine.Time(), Target: x.target()}
	rec.verdict = x.rt.policy.Store(x.r, rec.response)
	var star bool
	rec.names, star = x.rt.varies(h)
	rec.length = contentLength(h)
	if star || !rec.verdict.AsGET || rec.cannot(h) != "" || rec.length > wholeSize {
		rec.passPosted(status)
		return
	}
	rec.begin(h)
}

// passPosted passes on an answer that is no page, once the pages that it
// changed are gone.
func (rec *recorder) passPosted(status int) {
	rec.render.Refuse(policy.NotMethod, 0)
	rec.x.invalidateUnsafe(status, rec.header, nil)
	rec.passOn(status)
}

// finishPosted keeps the answer as the page that all others of its URL gave
// way to, and sends it then: the client's next request finds nothing older.
func (rec *recorder) finishPosted() {
	n, why := rec.keep()
	replaced := rec.posted
	if n == nil || why != "" {
		replaced = nil
	}
	rec.x.invalidateUnsafe(rec.status, rec.frozen, replaced)
	rec.says.Detail = why
	rec.send(n, why == "")
}

// invalidateUnsafe drops what is stored under the URL of a request that
// changed it, and under those that its response names (RFC 9111 §4.4), but for
// a unit whose pages were replaced already.
func (x *exchange) invalidateUnsafe(status int, h http.Header, replaced *readthrough.Key) {
	if !policy.Invalidates(x.r.Method, status) {
		return
	}
	t := readthrough.Target{Tags: x.groupTags(h["Cache-Group-Invalidation"])} // RFC 9875 §3
	for _, u := range policy.InvalidatedURLs(x.target(), h) {
		x.pages.aim(&t, u)
	}
	if replaced != nil {
		t.Keys = slices.DeleteFunc(t.Keys, func(k *readthrough.Key) bool { return k.String() == replaced.String() })
	}
	if err := x.pages.engine.Invalidate(context.WithoutCancel(x.r.Context()), t); err != nil {
		x.pages.engine.Logger().Warn("larder: pages of a changed URL could not be purged yet", "path", x.r.URL.Path, "error", err)
	}
}
