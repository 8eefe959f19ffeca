package cachepage_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/larder-go/larder/cachepage"
)

// sink takes a response and keeps nothing of it.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header         { return s.header }
func (s *sink) WriteHeader(int)             {}
func (s *sink) Write(b []byte) (int, error) { return len(b), nil }

func TestAllocationsOfAHit(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	body := strings.Repeat("x", 16<<10)
	for name, c := range map[string]struct {
		lines []string // of the page
		asks  []string
		opts  []cachepage.Option
		most  float64
	}{
		"plain":            {nil, nil, nil, 0},
		"with Vary":        {[]string{"Vary: Accept-Language"}, []string{"Accept-Language: de,en;q=0.5"}, nil, 0},
		"with tags":        {nil, nil, []cachepage.Option{cachepage.Tags("a", "b")}, 0},
		"with a cookie":    {nil, []string{"Cookie: theme=dark; lang=de"}, []cachepage.Option{cachepage.VaryOnCookie("lang")}, 0},
		"a 304":            {nil, []string{"If-None-Match: *"}, nil, 0},
		"with query rules": {nil, nil, []cachepage.Option{cachepage.IgnoreQuery("utm_*")}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSite(t).cached(page(body, c.lines...), c.opts...)
			r := request("GET", "/p?a=1", c.asks...)
			get(h, "/p?a=1", c.asks...)
			w, outer := &sink{http.Header{}}, []string{"DENY"}
			n := testing.AllocsPerRun(1000, func() {
				clear(w.header)
				w.header["X-Frame-Options"] = outer
				h.ServeHTTP(w, r)
			})
			t.Logf("%v allocations", n)
			if want(t, "hit", w.header.Get("Age"), "0"); n > c.most {
				t.Errorf("%v allocations, want at most %v", n, c.most)
			}
		})
	}
}

func TestOneRoundTripPerHit(t *testing.T) {
	for name, c := range map[string]struct {
		lines []string
		asks  []string
		opts  []cachepage.Option
	}{
		"plain":              {nil, nil, nil},
		"with Vary":          {[]string{"Vary: Accept-Language, X-A"}, []string{"Accept-Language: de"}, nil},
		"with tags":          {nil, nil, []cachepage.Option{cachepage.Tags("a", "b", "c")}},
		"with Vary and tags": {[]string{"Vary: X-A"}, []string{"X-A: 1"}, []cachepage.Option{cachepage.Tags("a")}},
	} {
		t.Run(name, func(t *testing.T) {
			far := &counting{}
			h := newSiteOn(t, far).cached(page("x", c.lines...), c.opts...)
			get(h, "/p", c.asks...)
			get(h, "/p", c.asks...)
			for range 3 {
				calls, lookups := far.calls.Load(), far.lookups.Load()
				want(t, "hit", get(h, "/p", c.asks...).hit(), true)
				want(t, "round trips", far.calls.Load()-calls, 1)
				want(t, "GetMany among them", far.lookups.Load()-lookups, 1)
			}
			again := newSiteOn(t, far).cached(page("x", c.lines...), c.opts...) // a process that knows nothing
			before := far.calls.Load()
			want(t, "hit of another process", get(again, "/p", c.asks...).hit(), true)
			if n := far.calls.Load() - before; n > 3 {
				t.Errorf("%d round trips for a URL that was never met, want at most 3", n)
			}
		})
	}
}
