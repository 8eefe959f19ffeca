package cachepage

import (
	"crypto/tls"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/readthrough"
)

// handler is one wrapped handler.
type handler struct {
	route *route
	pages func() *Pages
	next  http.Handler
	bound atomic.Pointer[binding]

	lastSize atomic.Int64 // of the body that was recorded last
}

// binding is the route as it stands with one cache: what the route leaves to
// the cache's defaults is filled in.
type binding struct {
	pages    *Pages
	route    *route
	plain    bool // its pages vary on nothing that the route says
	lastSite atomic.Pointer[site]
}

func (h *handler) bind() *binding {
	pages := h.pages()
	if b := h.bound.Load(); b != nil && b.pages == pages {
		return b
	}
	rt := *h.route
	if rt.defaultTTL {
		rt.policy.TTL = pages.ttl
	}
	b := &binding{pages: pages, route: &rt, plain: len(rt.varyBy) == 0 && len(rt.cookies) == 0}
	h.bound.Store(b)
	return b
}

// exchange is one request on its way through the cache. On a hit it stays on
// the stack.
type exchange struct {
	h     *handler
	rt    *route
	pages *Pages
	w     http.ResponseWriter
	r     *http.Request
	q     policy.Request
	query string // as far as it is in the key
	site  *site

	rule *field.NoVarySearch // that query was read with, nil if there is none

	rewritten string // path that the handler sees, where it is no end of the one that was asked for

	unit   *readthrough.Key   // of a render
	varied *lookup            // of a render
	part   *readthrough.Entry // incomplete page that a render may add to
	old    *readthrough.Entry // of the stale page that a render may find to be still good
}

// ServeHTTP answers from the cache where it may, and otherwise runs the
// handler and keeps what it may.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b := h.bind()
	if b.pages.engine.Closed() {
		h.next.ServeHTTP(w, r)
		return
	}
	var x exchange // filled in place: as a literal it would be made and then copied
	x.h, x.rt, x.pages, x.w, x.r = h, b.route, b.pages, w, r
	x.q = x.rt.policy.Admit(r)
	if refused := x.refusal(); refused == policy.FwdMethod && x.mayAnswerGet() {
		x.post(b)
		return
	} else if refused != "" {
		x.pass(refused)
		return
	}
	k := x.key(b)
	if k == nil {
		x.pass("url")
		return
	}
	var n *readthrough.Entry
	var err error
	var l *lookup
	varies := !b.plain || x.rewritten != "" || !x.pages.engine.Sole(k)
	if !varies {
		n, err = x.pages.engine.Find(r.Context(), k, nil)
		varies = n == nil && k.Varies() // as it has turned out
	}
	if varies {
		l = newLookup(x.rt, r, x.rewritten)
		defer l.free()
		n, err = x.pages.engine.Find(r.Context(), k, l)
	}
	now := x.pages.engine.Now()
	if p, use := x.judge(n, now); use.Action == policy.Fresh {
		x.used(n)
		x.serve(p, now, x.hit(k))
		x.saw(observe.Hit, "")
		return
	}
	if l == nil {
		l = newLookup(x.rt, r, x.rewritten)
		defer l.free()
	}
	x.miss(k, l, n, err, now)
}

// hit is what is said of a plain hit: nil stands for what every hit says.
func (x *exchange) hit(k *readthrough.Key) *field.Status {
	if !x.rt.statusKey {
		return nil
	}
	return &field.Status{Hit: true, Key: k.String()}
}

// statusKey is the key as Cache-Status shows it, "" where nobody asked for it.
func (x *exchange) statusKey(k *readthrough.Key) string {
	if !x.rt.statusKey {
		return ""
	}
	return k.String()
}

// refusal says why the request passes the cache by, "" if it does not.
func (x *exchange) refusal() string {
	if x.q.Refused != "" {
		return x.q.Refused
	}
	return x.visitor()
}

// visitor says why this visitor passes the cache by, whatever they ask for.
func (x *exchange) visitor() string {
	if x.q.Cookies && x.session() {
		return "session-cookie"
	}
	for _, rule := range x.rt.bypass {
		if rule(x.r) {
			return "rule"
		}
	}
	return ""
}

func (x *exchange) session() bool {
	rt := x.rt
	return policy.Session(x.r, x.pages.sessions, func(cookie string) bool {
		for _, c := range rt.cookies {
			if c == cookie {
				return true
			}
		}
		return false
	}) != ""
}

// key is the unit of the request's URL, nil if that has no one meaning.
func (x *exchange) key(b *binding) *readthrough.Key {
	if u := x.r.URL; u.User != nil || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" {
		return nil // of an absolute target that says what is not in the key
	}
	var ok bool
	if x.query, ok = x.rt.query.apply(x.r.URL.RawQuery); !ok {
		return nil
	}
	if x.site = b.site(x.r); x.site == nil {
		return nil
	}
	if x.query != "" && x.pages.search.count.Load() != 0 && !x.rt.query.active() {
		x.search()
	}
	path, rewritten := receivedPath(x.r)
	x.rewritten = rewritten
	var buf [512]byte
	return x.pages.engine.Key(face, appendPath(append(buf[:0], x.site.key...), path, x.query))
}

// search reads the query with the rule that the handler gave for this path.
func (x *exchange) search() {
	rule := x.pages.search.find(x.searchPath())
	if rule == nil {
		return
	}
	if query, ok := canonicalQuery(rule, x.query); ok {
		x.query, x.rule = query, rule
	}
}

// searchPath is site and path, by which rules for queries are remembered.
func (x *exchange) searchPath() string {
	path, _ := receivedPath(x.r)
	return string(x.site.key) + path
}

// judge decides about what the engine found. The page is nil if the request
// may not see it, whatever happens.
func (x *exchange) judge(n *readthrough.Entry, now int64) (*page, policy.Use) {
	if n == nil || n.Uncacheable() || x.misfits(n) {
		return nil, x.rt.policy.Absent(&x.q)
	}
	p, ok := n.Live.(*page)
	if !ok {
		return nil, x.rt.policy.Absent(&x.q)
	}
	if n.Soft() {
		p = p.softened(now)
	}
	use := x.rt.policy.Reuse(&x.q, &p.life, now)
	if p.partial() {
		return x.judgePart(p, use)
	}
	if x.q.Authorized && !p.life.Authorized {
		p = nil
	}
	return p, use
}

// used lets the tags of a page climb to a page around it, if there is one.
func (x *exchange) used(n *readthrough.Entry) {
	if n.Climbs() {
		x.pages.engine.Use(x.r.Context(), n)
	}
}

func (x *exchange) saw(o observe.Outcome, reason string) {
	if h := x.pages.engine.Hooks().Lookup; h != nil {
		h(x.r.Context(), observe.Lookup{Face: face.Name, Name: x.r.URL.Path, Outcome: o, Reason: reason})
	}
}

// target is the absolute URL that was asked for.
func (x *exchange) target() *url.URL { return targetOf(x.r, x.r.TLS) }

func targetOf(r *http.Request, t *tls.ConnectionState) *url.URL {
	u := *r.URL
	u.Host, u.Scheme = r.Host, "http"
	if t != nil {
		u.Scheme = "https"
	}
	if path := sentPath(r.RequestURI); strings.HasPrefix(path, "/") {
		if p, err := url.PathUnescape(path); err == nil {
			u.Path, u.RawPath = p, path
		}
	}
	return &u
}

// pass runs the handler without the cache, and says why.
func (x *exchange) pass(reason string) {
	x.saw(observe.Bypass, reason)
	status := field.Status{Fwd: "bypass", Detail: reason}
	if reason == policy.FwdMethod {
		status = field.Status{Fwd: reason}
	}
	x.forward(x.r, status)
}

// forward runs the handler on a writer that only adds what is said about it.
func (x *exchange) forward(r *http.Request, status field.Status) {
	y := *x
	rec := newRecorder(&y, nil)
	rec.says = status
	y.h.next.ServeHTTP(rec, r)
	rec.finish()
}
