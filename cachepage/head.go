package cachepage

import (
	"context"
	"net/http"
	"time"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/readthrough"
)

// head passes a HEAD on and updates the stored page by the answer, if that
// describes it (RFC 9111 §4.3.5). The page is looked up again now that the render
// has begun: what was invalidated before must not come back.
func (x *exchange) head(k *readthrough.Key, l *lookup, use policy.Use, says field.Status) {
	never := func(*readthrough.Entry) bool { return false }
	_, render := x.pages.engine.Lead(x.r.Context(), k, readthrough.Access{
		Name: x.r.URL.Path, Varied: l, Tags: x.rt.known(x.r), Names: x.rt.varyOn, Alone: true, Usable: never,
	})
	render.Missed(x.r.Context(), use.Reason)
	x.unit, x.varied = k, l
	x.old = x.present()
	p, _ := x.judge(x.old, x.pages.engine.Now())
	if p == nil {
		render.Abort("invalidated")
		x.forward(x.forHandler(), says)
		return
	}
	rec := newRecorder(x, render)
	rec.says, rec.stale, rec.described = says, p, k
	x.run(rec, x.forHandler().WithContext(render.Context()))
}

// decideDescribed passes the answer to a HEAD on, and notes what it says about
// the stored page.
func (rec *recorder) decideDescribed(status int) {
	x, stored := rec.x, rec.stale.header()
	x.rt.patchVary(rec.header)
	switch {
	case status != http.StatusOK:
		rec.render.Refuse("status", 0)
	case !policy.HeadAgrees(stored, rec.header, int64(rec.stale.plain)):
		rec.render.Refuse("changed", 0)
		x.outdate(rec.described)
	default:
		rec.updated(rec.header)
		rec.response.RequestTime, rec.response.ResponseTime, rec.response.Target = rec.render.Begun(), x.pages.engine.Time(), x.target()
		rec.verdict = x.rt.policy.Store(x.r, rec.response)
		rec.names, _ = x.rt.varies(rec.response.Header)
	}
	rec.passOn(status)
}

// finishDescribed keeps the page with its updated header.
func (rec *recorder) finishDescribed() {
	if rec.response.Header == nil {
		rec.render.Abort("not-updated")
		return
	}
	rec.keepOn()
}

// outdate drops a page that a HEAD has shown to be another one by now.
func (x *exchange) outdate(k *readthrough.Key) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(x.r.Context()), 5*time.Second)
	defer cancel()
	if err := x.pages.engine.Invalidate(ctx, readthrough.Target{Keys: []*readthrough.Key{k}}); err != nil {
		x.pages.engine.Logger().Warn("larder: a changed page could not be dropped yet", "path", x.r.URL.Path, "error", err)
	}
}
