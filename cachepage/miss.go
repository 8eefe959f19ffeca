package cachepage

import (
	"net/http"
	"strings"
	"time"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/readthrough"
)

// remember is how long nobody waits for a URL whose answer could not be kept.
const remember = 10 * time.Second

// miss goes on where the lookup gave nothing to serve at once.
func (x *exchange) miss(k *readthrough.Key, l *lookup, n *readthrough.Entry, err error, now int64) {
	p, use := x.judge(n, now)
	y := new(exchange) // the copy may outlive the stack, x may not
	*y = *x
	if n != nil && y.misfits(n) {
		n = nil
	}
	says := field.Status{Fwd: fwdReason(use, k), Detail: detailOf(use, err), Key: x.statusKey(k)}
	switch {
	case use.Action == policy.GatewayTimeout:
		y.refuseToAsk(use)
	case x.r.Method == http.MethodHead && x.rt.policy.Follow && p != nil && !x.q.Selective:
		y.head(k, l, use, says)
	case x.r.Method == http.MethodHead || x.q.Ranged && !x.mayKeepPart(n):
		y.saw(observe.Miss, use.Reason)
		y.unreduce()
		y.forward(y.forHandler(), says)
	case use.Action == policy.ServeStale:
		y.serveStale(k, l, n, p, now, says)
	default:
		y.lead(k, l, n, p, use, says)
	}
}

// refuseToAsk answers what only a cache may answer and this one cannot
// (RFC 9111 §5.2.1.7).
func (x *exchange) refuseToAsk(use policy.Use) {
	x.saw(observe.Miss, use.Reason)
	field.AddCacheStatus(x.w.Header(), field.Status{Cache: x.rt.name, Detail: use.Reason})
	x.w.WriteHeader(http.StatusGatewayTimeout)
}

// fwdReason is the reason for forwarding in the words of RFC 9211 §2.2.
func fwdReason(use policy.Use, k *readthrough.Key) string {
	switch use.Reason {
	case policy.FwdStale, policy.FwdRequest, policy.FwdPartial:
		return use.Reason
	}
	if k.Varies() {
		return "miss" // the URL is known; whether this variant ever was, is not
	}
	return "uri-miss"
}

func detailOf(use policy.Use, err error) string {
	switch {
	case err != nil:
		return "store-error"
	case use.Reason == policy.FwdStale, use.Reason == policy.FwdRequest, use.Reason == policy.FwdPartial, use.Reason == "uri-miss":
		return ""
	}
	return use.Reason
}

// lead waits for somebody else's render of the page, or runs the handler.
func (x *exchange) lead(k *readthrough.Key, l *lookup, n *readthrough.Entry, stale *page, use policy.Use, says field.Status) {
	ent, render := x.pages.engine.Lead(x.r.Context(), k, x.access(l, n, use))
	if ent != nil {
		says.Collapsed = true
		now := x.pages.engine.Now()
		x.used(ent)
		x.saw(observe.Wait, use.Reason)
		x.serve(ent.Live.(*page), now, &says)
		return
	}
	render.Missed(x.r.Context(), use.Reason)
	if x.r.Context().Err() != nil {
		x.leave(render)
		return
	}
	x.unit, x.varied, x.old = k, l, n
	x.part = x.heldPart(n)
	x.render(render, stale, use, says)
}

// leave answers a client that went while it waited: a crowd of them must not
// run the handler for nobody.
func (x *exchange) leave(render *readthrough.Render) {
	render.Abort("client-gone")
	field.AddCacheStatus(x.w.Header(), field.Status{Cache: x.rt.name, Detail: "client-gone"})
	x.w.WriteHeader(http.StatusServiceUnavailable)
}

func (x *exchange) access(l *lookup, n *readthrough.Entry, use policy.Use) readthrough.Access {
	neverFresh := n != nil && (n.Uncacheable() || n.FreshUntil <= n.Born)
	return readthrough.Access{
		Name: x.r.URL.Path, Varied: l, Tags: x.rt.known(x.r), Names: x.rt.varyOn,
		Alone: x.q.Authorized || x.q.Ranged || use.Reason == policy.FwdRequest || neverFresh,
		Usable: func(n *readthrough.Entry) bool {
			_, use := x.judge(n, x.pages.engine.Now())
			return use.Action == policy.Fresh
		},
	}
}

// render runs the handler in this request, recording what it says.
func (x *exchange) render(render *readthrough.Render, stale *page, use policy.Use, says field.Status) {
	rec := newRecorder(x, render)
	rec.says, rec.stale = says, stale
	rec.revalidating = stale != nil && use.Action == policy.Revalidate && x.rt.policy.Follow
	r := x.forHandler().WithContext(render.Context())
	rec.completing = x.completes()
	switch {
	case rec.revalidating:
		r.Header = policy.Validators(r.Header, stale.header())
	case rec.completing:
		r.Header = x.askForRest()
	default:
		r.Header = x.rt.policy.ForMiss(r.Header)
	}
	asked := r.Header
	if x.run(rec, r); !rec.mistaken {
		return
	}
	again := newRecorder(x, render)
	again.says, again.stale = says, stale
	if r.Header = policy.Unconditional(asked); rec.misread {
		r = x.reread(render)
	}
	x.run(again, r)
}

// forHandler is the request without what no page is to depend on: parameters that
// are not in the key, and the codings where the route negotiates them.
func (x *exchange) forHandler() *http.Request {
	r := withQuery(x.r, x.query)
	if len(x.rt.codings) == 0 || r.Header["Accept-Encoding"] == nil {
		return r
	}
	r2 := *r
	r2.Header = r.Header.Clone()
	delete(r2.Header, "Accept-Encoding")
	return &r2
}

// reread is the request with the query as it was asked for, since the rule that
// it was read with does not hold for this page. The answer is not kept under the
// key that was made with it.
func (x *exchange) reread(render *readthrough.Render) *http.Request {
	x.pages.search.forget(x.searchPath())
	x.unreduce()
	render.Refuse("no-vary-search", 0)
	r := x.forHandler().WithContext(render.Context())
	r.Header = x.rt.policy.ForMiss(r.Header)
	return r
}

// run has the handler answer to a recorder. It gets a header of its own, since
// middlewares like to take credentials off a request: what the visitor sent
// decides until the end for whom the answer is. Of the host it sees what is in
// the key.
func (x *exchange) run(rec *recorder, r *http.Request) {
	r.Header = r.Header.Clone()
	if x.rt.strict {
		x.rt.hide(r.Header)
	}
	r.Host = strings.ToLower(canonicalHost(r.Host, r.TLS != nil))
	rec.asked = r
	defer rec.recoverAndRelease()
	x.h.next.ServeHTTP(rec, r)
	rec.finish()
}
