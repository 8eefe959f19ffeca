package cachepage

import (
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/readthrough"
)

// Pages is the page face of one cache. It may be used concurrently.
type Pages struct {
	engine   *readthrough.Engine
	ttl      time.Duration
	sessions []string
	store    string // its name, for Server-Timing

	mu         sync.Mutex
	rules      atomic.Pointer[[]keyRules]
	refreshing sync.Map // unit and variant → struct{}
}

// keyRules are what a route puts into the keys of its pages besides the URL.
type keyRules struct {
	prefix string
	query  queryRules
}

// New is the page face of an engine. ttl is the cache's default TTL, sessions
// what the names of session cookies contain; nil means the usual list. Apps
// get theirs with larder.Open.
func New(e *readthrough.Engine, ttl time.Duration, sessions []string) *Pages {
	if sessions == nil {
		sessions = policy.SessionCookies
	}
	lower := make([]string, len(sessions))
	for i, s := range sessions {
		lower[i] = strings.ToLower(s)
	}
	p := &Pages{engine: e, ttl: ttl, sessions: lower, store: storeName(e)}
	p.rules.Store(&[]keyRules{})
	return p
}

// storeName is the name of the store's package without its ending.
func storeName(e *readthrough.Engine) string {
	t := reflect.TypeOf(e.Store())
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	pkg := t.PkgPath()
	name := strings.TrimSuffix(pkg[strings.LastIndexByte(pkg, '/')+1:], "store")
	if name == "mem" {
		return "memory"
	}
	return name
}

// register notes the key rules of a route, for Purge.
func (p *Pages) register(rt *route) {
	p.mu.Lock()
	defer p.mu.Unlock()
	mine, all := keyRules{rt.prefix, rt.query}, *p.rules.Load()
	if !slices.ContainsFunc(all, func(k keyRules) bool { return reflect.DeepEqual(k, mine) }) {
		all = append(all[:len(all):len(all)], mine)
		p.rules.Store(&all)
	}
}

// Keys are the units of absolute URLs, over http and https, under the key
// rules of every route that this cache has served. It is for Purge.
func (p *Pages) Keys(urls ...string) (keys []*readthrough.Key, err error) {
	for _, s := range urls {
		u, err := url.Parse(s)
		if err != nil {
			return nil, fmt.Errorf("larder: purge %q: %w", s, err)
		}
		if u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, fmt.Errorf("larder: purge %q: want an absolute URL such as https://shop.example/top", s)
		}
		keys = append(keys, p.keysOf(u)...)
	}
	return keys, nil
}

func (p *Pages) keysOf(u *url.URL) (keys []*readthrough.Key) {
	host, port := u.Host, u.Port()
	if port == "80" || port == "443" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	rules := *p.rules.Load()
	if len(rules) == 0 {
		rules = []keyRules{{}}
	}
	for _, k := range rules {
		query, ok := k.query.apply(u.RawQuery)
		if !ok {
			query = u.RawQuery
		}
		for _, https := range [...]bool{false, true} {
			if m, ok := appendUnit(nil, k.prefix, https, host, path, query); ok {
				keys = append(keys, p.engine.Key(face, m))
			}
		}
	}
	return keys
}

// Middleware caches the pages of the handlers it wraps, on the page face that
// pages gives for each request. ttl and options are those of CachePage in
// package larder, which is what apps call.
func Middleware(pages func() *Pages, ttl time.Duration, opts ...Option) func(http.Handler) http.Handler {
	if pages == nil {
		impossible("Middleware(nil): want a function that gives the pages")
	}
	rt := newRoute(ttl, opts)
	return func(next http.Handler) http.Handler {
		return &handler{route: rt, pages: pages, next: next}
	}
}
