package cachepage_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/larder-go/larder/cachepage"
)

func TestNoVarySearchOfTheHandler(t *testing.T) {
	for name, c := range map[string]struct {
		says   string
		a, b   string
		shared bool
	}{
		"nothing said":      {"", "?a=1", "?a=2", false},
		"ignored name":      {`params=("utm")`, "?a=1&utm=1", "?a=1&utm=2", true},
		"another name":      {`params=("utm")`, "?a=1", "?a=2", false},
		"all":               {"params", "?a=1", "?b=2", true},
		"all but":           {`params, except=("a")`, "?a=1&b=1", "?a=1&b=2", true},
		"all but, that one": {`params, except=("a")`, "?a=1", "?a=2", false},
		"order of names":    {"key-order", "?a=1&b=2", "?b=2&a=1", true},
		"order of values":   {"key-order", "?a=1&a=2", "?a=2&a=1", false},
		"unreadable":        {"params=???", "?a=1", "?a=2", false},
		"a malformed query": {"params", "?a=1", "?%zz", false},
	} {
		t.Run(name, func(t *testing.T) {
			h := newSite(t).cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
				if c.says != "" {
					w.Header().Set("No-Vary-Search", c.says)
				}
				fmt.Fprint(w, r.URL.RawQuery)
			}})
			get(h, "/p"+c.a) // teaches the rule
			get(h, "/p"+c.a)
			want(t, "shared", get(h, "/p"+c.b).hit(), c.shared)
		})
	}
}

func TestPurgeFindsPagesUnderNoVarySearch(t *testing.T) {
	s := newSite(t)
	h := s.cached(numbered(`No-Vary-Search: params=("utm")`))
	get(h, "/p?a=1&utm=0")
	get(h, "/p?a=1&utm=1")
	want(t, "a hit before", get(h, "/p?a=1&utm=2").hit(), true)
	s.Purge(t.Context(), "http://shop.example/p?a=1&utm=3")
	want(t, "gone", get(h, "/p?a=1&utm=2").hit(), false)
}

func TestNoVarySearchThatChanges(t *testing.T) {
	s, n := newSite(t), 0
	h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		if n++; n == 1 {
			w.Header().Set("No-Vary-Search", "params")
		}
		fmt.Fprint(w, r.URL.RawQuery)
	}})
	get(h, "/p?a=1") // says that nothing matters
	get(h, "/p?a=2") // does not say it any more
	want(t, "own page", get(h, "/p?a=3").body, "a=3")
	want(t, "own page", get(h, "/p?a=4").body, "a=4")
}

func TestRouteRulesAreTold(t *testing.T) {
	for name, c := range map[string]struct {
		opts []cachepage.Option
		says string
	}{
		"names":                   {[]cachepage.Option{cachepage.IgnoreQuery("a", "b")}, `params=("a" "b")`},
		"patterns cannot be told": {[]cachepage.Option{cachepage.IgnoreQuery("utm_*")}, ""},
		"only":                    {[]cachepage.Option{cachepage.OnlyQuery("a")}, `params, except=("a")`},
		"none":                    {nil, ""},
	} {
		want(t, name, get(newSite(t).cached(page("x"), c.opts...), "/p").get("No-Vary-Search"), c.says)
	}
}
