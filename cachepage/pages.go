package cachepage

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"
	"sync"
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

	refreshing sync.Map // unit and variant → true
	search     searchRules
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
	return &Pages{engine: e, ttl: ttl, sessions: lower, store: storeName(e)}
}

// storeName is what the engine behind the store is called: the name of the
// store's package without its ending, unless that is an abbreviation.
func storeName(e *readthrough.Engine) string {
	t := reflect.TypeOf(e.Store())
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name := strings.TrimSuffix(path.Base(t.PkgPath()), "store")
	switch name {
	case "mem":
		return "memory"
	case "memcache":
		return "memcached"
	}
	return name
}

// rules are the key rules of every route that was made in this process, of
// whatever cache: a route may name its cache as late as at its first request,
// and Purge must find what other processes have kept for it until then.
var rules = struct {
	mu  sync.Mutex
	all []keyRules // replaced, never changed
}{all: []keyRules{{}}} // a URL as it is

func register(rt *route) {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	mine := keyRules{rt.prefix, rt.query}
	if !slices.ContainsFunc(rules.all, mine.equal) {
		rules.all = append(slices.Clip(rules.all), mine)
	}
}

func registered() []keyRules {
	rules.mu.Lock()
	defer rules.mu.Unlock()
	return rules.all
}

func (k keyRules) equal(other keyRules) bool { return reflect.DeepEqual(k, other) }

// Target is what there is to invalidate for absolute URLs: their units over
// http and https, under the key rules of every route that was made in this
// process. It is for Purge.
func (p *Pages) Target(urls ...string) (t readthrough.Target, err error) {
	for _, s := range urls {
		u, err := url.Parse(s)
		if err != nil {
			return t, fmt.Errorf("larder: purge %q: %w", s, err)
		}
		if u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return t, fmt.Errorf("larder: purge %q: want an absolute URL such as https://shop.example/top", s)
		}
		if len(sites("", u)) == 0 {
			return t, fmt.Errorf("larder: purge %q: no request has the host %q; want it as browsers send it, such as xn--caf-dma.example", s, u.Host)
		}
		p.aim(&t, u)
	}
	return t, nil
}

// aim adds what there is to invalidate for one URL. Where a handler said that
// parts of the query do not matter, which pages stand for this one cannot be
// told: the tag is that of all of the path.
func (p *Pages) aim(t *readthrough.Target, u *url.URL) {
	paths := sentPaths(u)
	for _, k := range registered() {
		query, ok := k.query.apply(u.RawQuery)
		if !ok {
			query = u.RawQuery
		}
		for _, site := range sites(k.prefix, u) {
			for _, path := range paths {
				t.Keys = append(t.Keys, p.engine.Key(face, appendPath(slices.Clip(site), path, query)))
				if u.RawQuery != "" {
					t.Tags = append(t.Tags, searchTag(string(site)+path))
				}
			}
		}
	}
}

// sentPaths are the paths by which requests for u may have come: browsers
// escape what others, such as curl, send as it is.
func sentPaths(u *url.URL) []string {
	path := u.EscapedPath()
	if path == "" {
		return []string{"/"}
	}
	paths := []string{path}
	for _, raw := range [...]string{u.Path, u.RawPath} {
		if same, err := url.ParseRequestURI(raw); err == nil && same.EscapedPath() == path && !slices.Contains(paths, raw) {
			paths = append(paths, raw)
		}
	}
	return paths
}

// sites are those of u, over http and https alike. A host without a port of its
// own may have come with the one of the other scheme, as proxies send it that
// end TLS. There are none for what is no host of a request.
func sites(prefix string, u *url.URL) (keys [][]byte) {
	host, port := u.Host, u.Port()
	usual := port == "" || port == "80" || port == "443"
	if usual {
		host = strings.TrimSuffix(host, ":"+port)
	}
	for _, https := range [...]bool{false, true} {
		if key, ok := appendSite(nil, prefix, https, host); ok {
			keys = append(keys, key)
		}
		if key, ok := appendSite(nil, prefix, https, host+map[bool]string{false: ":443", true: ":80"}[https]); ok && usual {
			keys = append(keys, key)
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
	register(rt)
	return func(next http.Handler) http.Handler {
		return &handler{route: rt, pages: pages, next: next}
	}
}
