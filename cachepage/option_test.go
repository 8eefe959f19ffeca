package cachepage_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

func TestImpossibleOptionsPanicAndNameTheThing(t *testing.T) {
	for _, c := range []struct {
		make func()
		says string
	}{
		{func() { cachepage.Tags("product:{id") }, `cachepage: Tags("product:{id"): an unclosed "{"`},
		{func() { cachepage.Tags("product:id}") }, `cachepage: Tags("product:id}"): a "}" without "{"`},
		{func() { cachepage.Tags("product:{}") }, `cachepage: Tags("product:{}"): "" is no name`},
		{func() { cachepage.Tags("product:{a{b}") }, `cachepage: Tags("product:{a{b}"): "a{b" is no name`},
		{func() { cachepage.Tags("") }, `cachepage: Tags(""): want a tag`},
		{func() { cachepage.VaryOn("") }, `cachepage: VaryOn(""): want the name of a request header`},
		{func() { cachepage.VaryOn("*") }, `cachepage: VaryOn("*")`},
		{func() { cachepage.VaryOn("Accept Language") }, `cachepage: VaryOn("Accept Language")`},
		{func() { cachepage.VaryOnCookie("a", "") }, `cachepage: VaryOnCookie("")`},
		{func() { cachepage.VaryBy("", func(*http.Request) string { return "" }) }, `cachepage: VaryBy("")`},
		{func() { cachepage.VaryBy("x", nil) }, `cachepage: VaryBy("x"): want a name and a function`},
		{func() { cachepage.IgnoreQuery("utm_[") }, `cachepage: IgnoreQuery("utm_[")`},
		{func() { cachepage.IgnoreQuery("") }, `cachepage: IgnoreQuery("")`},
		{func() { cachepage.Status(206) }, `cachepage: Status(206): want a final status`},
		{func() { cachepage.Status(304) }, `cachepage: Status(304)`},
		{func() { cachepage.Status(103) }, `cachepage: Status(103)`},
		{func() { cachepage.Status(600) }, `cachepage: Status(600)`},
		{func() { cachepage.MaxBody(0) }, `cachepage: MaxBody(0): want a positive number of bytes`},
		{func() { cachepage.MaxBody(-1) }, `cachepage: MaxBody(-1)`},
		{func() { cachepage.Bypass(nil) }, `cachepage: Bypass(nil): want a function`},
		{func() { cachepage.StaleWhileRevalidate(-1) }, `cachepage: StaleWhileRevalidate(-1ns): want a duration of zero or more`},
		{func() { cachepage.StaleIfError(-time.Hour) }, `cachepage: StaleIfError(-1h0m0s)`},
		{func() { cachepage.BrowserTTL(-time.Hour) }, `cachepage: BrowserTTL(-1h0m0s)`},
		{func() { cachepage.CDNTTL(-time.Hour) }, `cachepage: CDNTTL(-1h0m0s)`},
		{func() { cachepage.Targets("no header") }, `cachepage: Targets("no header")`},
		{func() { cachepage.StatusName("") }, `cachepage: StatusName("")`},
		{func() { cachepage.Compress("lzma") }, `cachepage: Compress("lzma"): known codings are`},
		{func() { cachepage.EmitTags("X-Tags") }, `cachepage: EmitTags("X-Tags"): known are`},
		{func() { cachepage.Middleware(nil, time.Minute) }, `cachepage: Middleware(nil)`},
	} {
		if got := fmt.Sprint(panics(c.make)); !strings.HasPrefix(got, c.says) {
			t.Errorf("panic %q, want %q…", got, c.says)
		}
	}
}

// queryOf answers with the query that it sees, in every place where one is.
func queryOf() *view {
	return &view{serve: func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		fmt.Fprint(w, r.URL.RawQuery, " ", strings.TrimPrefix(r.RequestURI, "/p"), " ", r.Form.Encode())
	}}
}

func TestQueryRules(t *testing.T) {
	ignore := cachepage.IgnoreQuery("utm_*", "fbclid")
	only := cachepage.OnlyQuery("page", "q")
	for _, c := range []struct {
		name   string
		option cachepage.Option
		query  string
		seen   string // by the handler; "" for a bypass
	}{
		{"ignored", ignore, "a=1&utm_source=x&fbclid=y&b=2", "a=1&b=2"},
		{"ignored by its decoded name", ignore, "ut%6d_x=1&a=1", "a=1"},
		{"ignored without a value", ignore, "fbclid&a=1", "a=1"},
		{"the pattern is for whole names", ignore, "xutm_a=1", "xutm_a=1"},
		{"order stays", ignore, "b=1&fbclid=1&a=2&b=3", "b=1&a=2&b=3"},
		{"nothing left", ignore, "fbclid=1", " "},
		{"a semicolon is no separator that all agree on", ignore, "a=1;fbclid=2", ""},
		{"malformed escape in a name", ignore, "%zz=1", ""},
		{"malformed escape in a value", ignore, "a=%z", ""},
		{"only these", only, "q=x&ref=1&page=2", "q=x&page=2"},
		{"none of these", only, "ref=1", " "},
		{"only and ignored", func() cachepage.Option { return cachepage.OnlyQuery() }(), "a=1", " "},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newSite(t).cached(queryOf(), c.option)
			a := get(h, "/p?"+c.query)
			if c.seen == "" {
				want(t, "Cache-Status", a.cache(), "larder; fwd=bypass; fwd-status=200; detail=url")
				want(t, "handler sees the query as it came", strings.HasPrefix(a.body, c.query+" ?"+c.query), true)
				return
			}
			seen := strings.TrimSpace(c.seen)
			uri := ""
			if seen != "" {
				uri = "?" + seen
			}
			want(t, "handler sees", strings.HasPrefix(a.body, seen+" "+uri+" "), true)
			if seen != "" {
				want(t, "and the page is that of", get(h, "/p?"+seen).hit(), true)
			} else {
				want(t, "and the page is that of no query", get(h, "/p").hit(), true)
			}
		})
	}
}

func TestIgnoredQueryIsGoneFromAFormParsedBefore(t *testing.T) {
	inner := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.FormValue("utm_source"), r.FormValue("a"))
	}}, cachepage.IgnoreQuery("utm_*"))
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		inner.ServeHTTP(w, r)
	})
	want(t, "body", get(h, "/p?utm_source=evil&a=1").body, "1")
}

func TestQueryIsWholeWhereTheCacheIsBypassed(t *testing.T) {
	rule := cachepage.Bypass(func(r *http.Request) bool { return r.Header.Get("X-Draft") != "" })
	h := newSite(t).cached(queryOf(), cachepage.IgnoreQuery("utm_*"), rule)
	for _, c := range []struct{ detail, line string }{
		{"session-cookie", "Cookie: session=1"},
		{"rule", "X-Draft: 1"},
		{"method-override", "X-Http-Method-Override: PUT"},
	} {
		a := get(h, "/p?a=1&utm_x=2", c.line)
		want(t, "Cache-Status", a.cache(), "larder; fwd=bypass; fwd-status=200; detail="+c.detail)
		want(t, "query", a.body, "a=1&utm_x=2 ?a=1&utm_x=2 a=1&utm_x=2")
	}
}

func TestStatusOption(t *testing.T) {
	for _, code := range []int{201, 404, 410, 500} {
		h := newSite(t).cached(status(code), cachepage.Status(404, 410, 201, 500))
		get(h, "/p")
		a := get(h, "/p")
		want(t, "hit", a.hit(), true)
		want(t, "status", a.status, code)
	}
	h := newSite(t).cached(status(403), cachepage.Status(404))
	get(h, "/p")
	want(t, "another status", get(h, "/p").hit(), false)
}

func TestBodilessStatus(t *testing.T) {
	h := newSite(t).cached(status(204), cachepage.Status(204))
	get(h, "/p")
	a := get(h, "/p")
	want(t, "hit", a.hit(), true)
	want(t, "no length", a.get("Content-Length"), "")
}

func TestBypassRule(t *testing.T) {
	v := numbered()
	h := newSite(t).cached(v, cachepage.Bypass(func(r *http.Request) bool { return r.URL.Query().Has("draft") }))
	get(h, "/p?draft")
	get(h, "/p?draft")
	want(t, "runs", v.runs.Load(), 2)
	get(h, "/p")
	want(t, "others", get(h, "/p").hit(), true)
}

func TestBrowserTTL(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		ttl             time.Duration
		said            string
		control, expire string
	}{
		{10 * time.Second, "", "max-age=10", "Mon, 23 Nov 2026 10:00:10 GMT"},
		{time.Hour, "", "max-age=3600", "Mon, 23 Nov 2026 11:00:00 GMT"},
		{larder.Forever, "", "max-age=31536000", "Tue, 23 Nov 2027 10:00:00 GMT"},
		{time.Hour, "max-age=5", "max-age=5", ""},
		{0, "", "no-cache", ""},
		{0, "public", "public, no-cache", ""},
	} {
		v := page("x")
		if c.said != "" {
			v = page("x", "Cache-Control: "+c.said)
		}
		h := s.cached(v, cachepage.BrowserTTL(c.ttl), cachepage.Prefix(fmt.Sprint(c)))
		for _, a := range []answer{get(h, "/p"), get(h, "/p")} {
			want(t, "Cache-Control", a.get("Cache-Control"), c.control)
			want(t, "Expires", a.get("Expires"), c.expire)
		}
		want(t, "kept on the server", get(h, "/p").hit(), true)
	}
}

// A page is as long in browsers and networks, however old it was when they got
// it, but never longer than what it depends on.
func TestBrowsersKeepWhatIsOldAsLongAsWhatIsNew(t *testing.T) {
	limited := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		larder.MaxTTL(r.Context(), 40*time.Minute)
		w.Write([]byte("x"))
	}}
	for _, c := range []struct {
		name            string
		v               *view
		age             time.Duration
		control, forCDN string
	}{
		{"new", page("x"), 0, "max-age=60", "max-age=600"},
		{"old", page("x"), 30 * time.Minute, "max-age=1860", "max-age=2400"},
		{"beside other directives", page("x", "Cache-Control: public"), 30 * time.Minute, "public, max-age=1860", "max-age=2400"},
		{"the handler says less", page("x", "Cache-Control: max-age=5"), 3 * time.Second, "max-age=5", "max-age=603"},
		{"as long as MaxTTL lets it", limited, 35 * time.Minute, "max-age=2160", "max-age=2400"},
		{"stale", page("x"), time.Hour + time.Second, "max-age=60", "max-age=600"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			h := s.CachePage(time.Hour, cachepage.BrowserTTL(time.Minute), cachepage.CDNTTL(10*time.Minute), cachepage.StaleIfError(time.Hour))(c.v)
			get(h, "/p")
			s.clock.Advance(c.age)
			if c.name == "stale" {
				c.v.serve = func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusBadGateway) }
			}
			a := get(h, "/p")
			want(t, "Cache-Control", a.get("Cache-Control"), c.control)
			want(t, "CDN-Cache-Control", a.get("CDN-Cache-Control"), c.forCDN)
			want(t, "Age", a.get("Age"), strconv.Itoa(int(c.age/time.Second)))
			want(t, "runs", c.v.runs.Load(), map[bool]int32{false: 1, true: 2}[c.name == "stale"])
		})
	}
}

// The response's own max-age may be longer than the cache's TTL, and MaxTTL in
// between.
func TestBrowsersKeepNothingBeyondMaxTTLWhereTheResponseDecides(t *testing.T) {
	s := newSite(t)
	h := s.CachePage(larder.DefaultTTL, cachepage.BrowserTTL(time.Minute))(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		larder.MaxTTL(r.Context(), 40*time.Minute)
		w.Header().Set("Cache-Control", "max-age=7200")
		w.Write([]byte("x"))
	}})
	get(h, "/p")
	s.clock.Advance(39*time.Minute + 30*time.Second)
	want(t, "Cache-Control", get(h, "/p").get("Cache-Control"), "max-age=2400")
}

func TestBrowserTTLOfZeroShowsAnInvalidateOnTheNextClick(t *testing.T) {
	s := newSite(t)
	h := s.cached(numbered(), cachepage.BrowserTTL(0), cachepage.Tags("x"))
	tag := get(h, "/p").get("Etag")
	want(t, "unchanged", get(h, "/p", "If-None-Match: "+tag).status, http.StatusNotModified)
	s.Invalidate(t.Context(), "x")
	a := get(h, "/p", "If-None-Match: "+tag)
	want(t, "changed", a.status, http.StatusOK)
	want(t, "body", a.body, "2")
}

func TestCDNTTL(t *testing.T) {
	s := newSite(t)
	h := s.cached(page("x"), cachepage.CDNTTL(time.Hour))
	want(t, "CDN-Cache-Control", get(h, "/p").get("CDN-Cache-Control"), "max-age=3600")
	want(t, "on a hit", get(h, "/p").get("CDN-Cache-Control"), "max-age=3600")
	want(t, "a route without", get(s.cached(page("x")), "/q").get("CDN-Cache-Control"), "")
	own := s.cached(page("x", "CDN-Cache-Control: max-age=1"), cachepage.CDNTTL(time.Hour))
	want(t, "the handler's own", get(own, "/r").get("CDN-Cache-Control"), "max-age=1")
}

func TestMaxTTLLowersLifetimeAndHeader(t *testing.T) {
	s := newSite(t)
	h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("a")) // the header is decided before the limit is known
		larder.MaxTTL(r.Context(), 20*time.Second)
	}})
	a := get(h, "/p")
	want(t, "Cache-Control", a.get("Cache-Control"), "max-age=20")
	want(t, "Expires", a.get("Expires"), "Mon, 23 Nov 2026 10:00:20 GMT")
	s.clock.Advance(19 * time.Second)
	want(t, "before", get(h, "/p").hit(), true)
	s.clock.Advance(time.Second)
	want(t, "after", get(h, "/p").hit(), false)
}

func TestNoStoreKeepsNothingAndAnnouncesNothing(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		s := newSite(t)
		h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
			if when == "before" {
				larder.NoStore(r.Context())
			}
			w.Write([]byte("a"))
			larder.NoStore(r.Context())
		}})
		a := get(h, "/p")
		want(t, when+": Cache-Status", a.cache(), "larder; fwd=uri-miss; fwd-status=200; detail=no-store")
		want(t, when+": browsers are told nothing", a.get("Cache-Control")+a.get("Expires"), "")
		want(t, when+": kept", get(h, "/p").hit(), false)
	}
}

func TestHonorRequest(t *testing.T) {
	s, v := newSite(t), numbered()
	deaf, obedient := s.cached(v), s.cached(v, cachepage.HonorRequest())
	get(deaf, "/p")
	for _, line := range []string{"Cache-Control: no-cache", "Pragma: no-cache", "Cache-Control: max-age=0"} {
		want(t, "ignored: "+line, get(deaf, "/p", line).hit(), true)
	}
	s.clock.Advance(time.Second)
	a := get(obedient, "/p", "Cache-Control: no-cache")
	want(t, "reload", a.cache(), "larder; fwd=request; fwd-status=200; stored")
	want(t, "the new page is for all", get(deaf, "/p").body, "2")
	want(t, "nothing there", get(obedient, "/q", "Cache-Control: only-if-cached").status, http.StatusGatewayTimeout)
}

func TestStatusName(t *testing.T) {
	s, v := newSite(t), numbered()
	a, b := s.cached(v, cachepage.StatusName("edge")), s.cached(v, cachepage.StatusName("my cache"))
	want(t, "miss", get(a, "/p").cache(), "edge; fwd=uri-miss; fwd-status=200; stored")
	want(t, "hit", get(a, "/p").cache(), "edge; hit; ttl=60")
	want(t, "the same page, another name", get(b, "/p").cache(), `"my cache"; hit; ttl=60`)
}

func TestServerTiming(t *testing.T) {
	s := newSite(t)
	h := s.cached(numbered(), cachepage.ServerTiming())
	miss := get(h, "/p").get("Server-Timing")
	want(t, "miss", strings.HasPrefix(miss, `cache;desc="miss", render;dur=`) && strings.HasSuffix(miss, `, store;desc="memory"`), true)
	s.clock.Advance(7 * time.Second)
	want(t, "hit", get(h, "/p").get("Server-Timing"), `cache;desc="hit", age;dur=7000, store;desc="memory"`)
	want(t, "bypass", strings.HasPrefix(do(h, "POST", "/p").get("Server-Timing"), `cache;desc="bypass", render;dur=`), true)
	want(t, "without the option", get(s.cached(numbered()), "/q").get("Server-Timing"), "")
}

func TestDefaultCacheIsLookedUpAtRequestTime(t *testing.T) {
	before := larder.Default()
	t.Cleanup(func() { larder.SetDefault(before) })
	v := numbered()
	h := larder.CachePage(time.Minute)(v)
	first, second := newSite(t), newSite(t)
	larder.SetDefault(first.Cache)
	get(h, "/p")
	want(t, "same cache", get(h, "/p").hit(), true)
	larder.SetDefault(second.Cache)
	want(t, "another one", get(h, "/p").hit(), false)
}

func TestClosedCachePasses(t *testing.T) {
	s, v := newSite(t), numbered()
	h := s.cached(v)
	get(h, "/p")
	s.Close()
	a := get(h, "/p")
	want(t, "body", a.body, "2")
	want(t, "untouched", len(a.header), len(send(v, httptest.NewRequest("GET", "/p", nil)).header))
}
