package cachepage

import (
	"net/http"
	"strings"
	"time"
)

// tagPattern is a tag with places for path values: text, name, text, name …
type tagPattern struct {
	pattern string
	texts   []string // one more than names
	names   []string
}

func parseTag(pattern string) (t tagPattern) {
	t.pattern = pattern
	rest := pattern
	for {
		open := strings.IndexByte(rest, '{')
		if open < 0 {
			if strings.IndexByte(rest, '}') >= 0 {
				impossible("Tags(%q): a \"}\" without \"{\"", pattern)
			}
			t.texts = append(t.texts, rest)
			break
		}
		end := strings.IndexByte(rest[open:], '}')
		if end < 0 {
			impossible("Tags(%q): an unclosed \"{\"; want \"{name}\" with the name of a path value", pattern)
		}
		name := rest[open+1 : open+end]
		if name == "" || strings.ContainsAny(name, "{ ") {
			impossible("Tags(%q): %q is no name of a path value", pattern, name)
		}
		t.texts, t.names = append(t.texts, rest[:open]), append(t.names, name)
		rest = rest[open+end+1:]
	}
	if pattern == "" {
		impossible("Tags(\"\"): want a tag such as \"product:{id}\"")
	}
	return t
}

// fill is the tag for a request; missing is the path value that it lacks.
func (t *tagPattern) fill(r *http.Request) (tag, missing string) {
	if len(t.names) == 0 {
		return t.pattern, ""
	}
	var b strings.Builder
	for i, name := range t.names {
		v := r.PathValue(name)
		if v == "" {
			return "", name
		}
		b.WriteString(t.texts[i])
		b.WriteString(v)
	}
	b.WriteString(t.texts[len(t.names)])
	return b.String(), ""
}

// quiet is how long a route does not repeat the same warning.
const quiet = time.Minute

func (x *exchange) warnUnfilled(pattern string) {
	now, last := time.Now().UnixNano(), x.rt.warned.Load()
	if now-last < int64(quiet) || !x.rt.warned.CompareAndSwap(last, now) {
		return
	}
	x.pages.engine.Logger().Warn("larder: page not kept: the request has no path value for a tag of its route; wrap the handler inside the router, where the value is known", "tag", pattern, "path", x.r.URL.Path)
}

// known are the tags of the route that can be told before the handler runs:
// inside a router that is all of them.
func (rt *route) known(r *http.Request) (tags []string) {
	for i := range rt.tags {
		if tag, missing := rt.tags[i].fill(r); missing == "" {
			tags = append(tags, tag)
		}
	}
	return tags
}

// filled are all tags of the route; missing names the pattern that could not
// be filled.
func (rt *route) filled(r *http.Request) (tags []string, missing string) {
	for i := range rt.tags {
		tag, lack := rt.tags[i].fill(r)
		if lack != "" {
			return nil, rt.tags[i].pattern
		}
		tags = append(tags, tag)
	}
	return tags, ""
}
