package cachepage

import (
	"net/http"
	"strings"

	"github.com/larder-go/larder/internal/field"
)

// EmitTags writes the tags of a page into a response header, for caches in
// front of this one: "Cache-Groups" as a structured list (RFC 9875),
// "Surrogate-Key" with spaces, "Cache-Tag" with commas between them. Another
// name panics. Only tags that are known when the header goes out can be told:
// all of them for a page that goes out whole. Default: none are told.
func EmitTags(header string) Option {
	write := tagWriters[http.CanonicalHeaderKey(header)]
	if write == nil {
		impossible("EmitTags(%q): known are Cache-Groups, Surrogate-Key and Cache-Tag", header)
	}
	return func(rt *route) {
		rt.emitTags = func(h http.Header, tags []string) {
			if v := write(tags); v != "" {
				h[http.CanonicalHeaderKey(header)] = []string{v}
			}
		}
	}
}

var tagWriters = map[string]func(tags []string) string{
	"Cache-Groups":  field.FormatGroups,
	"Surrogate-Key": func(tags []string) string { return joinTags(tags, " ", " \t") },
	"Cache-Tag":     func(tags []string) string { return joinTags(tags, ",", ", \t") },
}

// joinTags joins the tags that a header can hold and that hold no separator.
func joinTags(tags []string, sep, forbidden string) string {
	var out []string
	for _, t := range tags {
		if field.ValidValue(t) && !strings.ContainsAny(t, forbidden) {
			out = append(out, t)
		}
	}
	return strings.Join(out, sep)
}

// groupTags are the tags for the groups that a response puts itself into
// (RFC 9875 §2). A group belongs to its origin.
func (x *exchange) groupTags(lines []string) (tags []string) {
	for _, g := range field.ParseGroups(lines) {
		tags = append(tags, x.groupTag(g))
	}
	return tags
}

func (x *exchange) groupTag(group string) string {
	t := x.target()
	return "Cache-Groups " + t.Scheme + "://" + strings.ToLower(canonicalHost(t.Host, t.Scheme == "https")) + " " + group
}
