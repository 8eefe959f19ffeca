package cachepage

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// queryRules say which query parameters are part of a page's key. The zero
// value takes the query as it came.
type queryRules struct {
	ignore  []string
	only    []string
	limited bool
}

func (q *queryRules) active() bool { return q.limited || len(q.ignore) > 0 }

// apply is the query without what the rules leave out, in the order it came.
// ok is false for a query that servers and handlers could read differently.
func (q *queryRules) apply(raw string) (kept string, ok bool) {
	if raw == "" || !q.active() {
		return raw, true
	}
	var parts []string
	for part := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || strings.Contains(part, ";") || !validEscapes(part) {
			return "", false
		}
		if part != "" && q.keeps(name) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "&"), true
}

func validEscapes(s string) bool {
	_, err := url.QueryUnescape(s)
	return err == nil
}

func (q *queryRules) keeps(name string) bool {
	if q.limited && !slices.Contains(q.only, name) {
		return false
	}
	for _, p := range q.ignore {
		if ok, _ := path.Match(p, name); ok {
			return false
		}
	}
	return true
}

// withQuery is r as the handler of a page may see it: without the parameters
// that are not part of the key, so that it cannot reflect them.
func withQuery(r *http.Request, query string) *http.Request {
	if query == r.URL.RawQuery {
		return r
	}
	u := *r.URL
	u.RawQuery, u.ForceQuery = query, false
	r2 := *r
	r2.URL = &u
	r2.Form = nil // a middleware may have parsed the whole query
	if at := strings.IndexByte(r.RequestURI, '?'); at >= 0 {
		r2.RequestURI = r.RequestURI[:at]
		if query != "" {
			r2.RequestURI += "?" + query
		}
	}
	return &r2
}
