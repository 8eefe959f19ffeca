package cachepage

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/readthrough"
)

// searchRules remember what handlers said with No-Vary-Search, by site and
// path: which differences of the query do not matter there. This process only
// learns them to find pages; pages that were found so carry a tag by which
// Purge, in any process, reaches them.
type searchRules struct {
	count  atomic.Int32
	byPath sync.Map // site key and path → *field.NoVarySearch
}

// maxSearchRules bounds the memory; beyond it nothing is learned.
const maxSearchRules = 10_000

// find is the rule for path, nil if there is none.
func (s *searchRules) find(path string) *field.NoVarySearch {
	if s.count.Load() == 0 {
		return nil
	}
	v, _ := s.byPath.Load(path)
	rule, _ := v.(*field.NoVarySearch)
	return rule
}

func (s *searchRules) learn(path string, n *field.NoVarySearch) {
	if s.count.Load() >= maxSearchRules {
		return
	}
	if _, known := s.byPath.Swap(path, n); !known {
		s.count.Add(1)
	}
}

func (s *searchRules) forget(path string) {
	if _, known := s.byPath.LoadAndDelete(path); known {
		s.count.Add(-1)
	}
}

// canonicalQuery is the query with nothing in it that does not matter. ok is
// false for a query that does not parse.
func canonicalQuery(n *field.NoVarySearch, raw string) (_ string, ok bool) {
	var parts []string
	for part := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || strings.Contains(part, ";") {
			return raw, false
		}
		if part != "" && !n.Ignores(name) {
			parts = append(parts, part)
		}
	}
	if n.KeyOrder {
		slices.SortStableFunc(parts, func(a, b string) int {
			a, _, _ = strings.Cut(a, "=")
			b, _, _ = strings.Cut(b, "=")
			return strings.Compare(a, b)
		})
	}
	return strings.Join(parts, "&"), true
}

// searchTag is the tag of pages under path whose query was read with a rule.
func searchTag(path string) string { return "No-Vary-Search " + path }

// reduced reports whether the query in the key is another one than was asked for,
// because of what a response of the path has said.
func (x *exchange) reduced() bool { return x.rule != nil && x.query != x.r.URL.RawQuery }

// unreduce takes the query as it was asked for: that is what an answer is for
// which nobody keeps.
func (x *exchange) unreduce() {
	if x.rule != nil {
		x.query, x.rule = x.r.URL.RawQuery, nil
	}
}

// misfits reports whether n is the page of another query, and does not say
// itself that the difference does not matter: the rule is from another page of
// the path. An outer handler may have said it for all of them.
func (x *exchange) misfits(n *readthrough.Entry) bool {
	if !x.reduced() {
		return false
	}
	p, ok := n.Live.(*page)
	if !ok {
		return false
	}
	i := slices.IndexFunc(p.fields, func(f headerField) bool { return f.name == "No-Vary-Search" })
	if i < 0 {
		return !x.confirmed(x.w.Header())
	}
	return !x.confirmed(http.Header{"No-Vary-Search": p.fields[i].values})
}

// confirmed reports whether a response says what the query was read with.
func (x *exchange) confirmed(h http.Header) bool {
	said, valid := field.ParseNoVarySearch(h["No-Vary-Search"])
	return valid && said.String() == x.rule.String()
}

// announceSearch tells browsers which parameters the route ignores, where the
// field can say it: names, not patterns.
func (rt *route) announceSearch(h http.Header) {
	if rt.policy.Follow || !rt.query.active() || h["No-Vary-Search"] != nil {
		return
	}
	n := field.NoVarySearch{All: rt.query.limited, Ignore: rt.query.ignore}
	if rt.query.limited {
		n.Except = slices.DeleteFunc(slices.Clone(rt.query.only), func(name string) bool { return !rt.query.keeps(name) })
	}
	if slices.ContainsFunc(n.Ignore, func(p string) bool { return strings.ContainsAny(p, `*?[\`) }) && !n.All {
		return
	}
	h["No-Vary-Search"] = []string{n.String()}
}

// learnSearch notes what the response says about its query. It returns the tag
// that the page must carry, and whether the page may be kept under the key that
// was used: not if that was made with another rule.
func (rec *recorder) learnSearch(h http.Header) (tag string, ok bool) {
	x := rec.x
	if x.rt.query.active() {
		return "", true // the route's own rules say it all
	}
	said, valid := field.ParseNoVarySearch(h["No-Vary-Search"])
	if !valid && x.rule == nil {
		return "", true // as usual
	}
	path := x.searchPath()
	if valid {
		x.pages.search.learn(path, &said)
	} else {
		x.pages.search.forget(path)
	}
	if x.rule == nil { // kept under the query as it came
		if same, ok := canonicalQuery(&said, x.query); !valid || !ok || same != x.query {
			return "", true
		}
		return searchTag(path), true // which others come to from now on
	}
	return searchTag(path), x.confirmed(h)
}
