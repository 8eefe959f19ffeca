package cachepage

import (
	"context"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/readthrough"
)

// refreshKey marks the request that makes a stale page anew.
type refreshKey struct{}

// serveStale answers with a page in its stale-while-revalidate window
// (RFC 5861 §3), and has it made anew: by a request of its own through the
// server's handler, or in this request once the answer is out. Never on a
// goroutine with this request, which routers hand to somebody else when it is
// over.
func (x *exchange) serveStale(k *readthrough.Key, l *lookup, n *readthrough.Entry, p *page, now int64, says field.Status) {
	use := policy.Use{Action: policy.Miss, Reason: policy.FwdStale}
	if p.life.Validator {
		use.Action = policy.Revalidate
	}
	refreshes := x.r.Context().Value(refreshKey{}) != nil
	if refreshes {
		if render := x.pages.engine.TryLead(x.r.Context(), k, x.access(l, n, use)); render != nil {
			render.Missed(x.r.Context(), use.Reason)
			x.unit, x.varied, x.old, x.part = k, l, n, x.heldPart(n)
			x.render(render, p, use, says)
			return
		}
	}
	x.used(n)
	x.saw(observe.Stale, policy.FwdStale)
	x.serve(p, now, &field.Status{Hit: true, Detail: "stale-while-revalidate", Key: x.statusKey(k)})
	if refreshes || x.refreshApart(k, l, p) { // somebody else makes it anew, or this process does
		return
	}
	http.NewResponseController(x.w).Flush()
	x.old = n
	a := x.access(l, n, use)
	if render := x.pages.engine.TryLead(x.r.Context(), k, a); render != nil {
		defer x.logPanic()
		x.w = &discard{header: http.Header{}}
		x.render(render, p, use, says)
	}
}

// logPanic is deferred around a refresh: the visitor has had an answer.
func (x *exchange) logPanic() {
	if v := recover(); v != nil && v != http.ErrAbortHandler {
		x.pages.engine.Logger().Error("larder: panic while refreshing a page", "path", x.r.URL.Path, "panic", v, "stack", string(debug.Stack()))
	}
}

// refreshApart starts a request of its own, unless one is under way. It
// reports false where there is no server to send it through.
func (x *exchange) refreshApart(k *readthrough.Key, l *lookup, p *page) bool {
	srv, ok := x.r.Context().Value(http.ServerContextKey).(*http.Server)
	if !ok {
		return false
	}
	var root http.Handler = http.DefaultServeMux
	if srv.Handler != nil {
		root = srv.Handler
	}
	names, _ := x.rt.varies(p.header())
	id := k.String() + string(l.Values(names))
	if _, busy := x.pages.refreshing.LoadOrStore(id, true); busy {
		return true
	}
	y := *x
	y.r = x.refreshRequest(names)
	started := x.pages.engine.Go(func(ctx context.Context) {
		defer x.pages.refreshing.Delete(id)
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		ctx = context.WithValue(context.WithValue(ctx, http.ServerContextKey, srv), refreshKey{}, true)
		defer y.logPanic()
		root.ServeHTTP(&discard{header: http.Header{}}, y.r.WithContext(ctx))
	})
	if !started {
		x.pages.refreshing.Delete(id)
	}
	return true
}

// refreshRequest is a copy of the visitor's request without what is theirs
// alone and tells no variant of the page, which varies on names, from another.
// It shares nothing with the original, whose maps belong to the server.
func (x *exchange) refreshRequest(names []string) *http.Request {
	r := x.r.Clone(context.Background())
	r.Header = policy.Unconditional(r.Header)
	for _, name := range [...]string{"Authorization", "Cookie"} {
		if len(x.rt.cookies) == 0 && len(x.rt.varyBy) == 0 && !slices.Contains(names, name) {
			delete(r.Header, name)
		}
	}
	r.Body = http.NoBody
	if r.RequestURI != "" { // what an outer middleware took off the URL comes back
		if u, err := url.ParseRequestURI(r.RequestURI); err == nil {
			r.URL = u
			r.URL.Scheme, r.URL.Host = x.r.URL.Scheme, x.r.URL.Host
		}
	}
	return r
}

// discard is a ResponseWriter for an answer that nobody waits for.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) Flush()                      {}
