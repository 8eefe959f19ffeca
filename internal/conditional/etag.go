package conditional

import (
	"net/http"
	"strings"

	"github.com/larder-go/larder/internal/field"
)

// tag is an entity tag as it stands in a field, quotes and weakness included
// (RFC 9110 §8.8.3). "" is no tag.
type tag string

func (t tag) weak() bool { return strings.HasPrefix(string(t), "W/") }

// opaque is the tag without its weakness.
func (t tag) opaque() tag { return tag(strings.TrimPrefix(string(t), "W/")) }

// comparison is one of the two ways to compare tags (RFC 9110 §8.8.3.2).
type comparison func(a, b tag) bool

func strong(a, b tag) bool { return a == b && a != "" && !a.weak() }

func weak(a, b tag) bool { return a.opaque() == b.opaque() && a != "" }

// entityTag is the tag in the ETag of a response, "" if that holds no valid one.
func entityTag(lines []string) tag {
	if len(lines) != 1 {
		return ""
	}
	s := field.TrimSpace(lines[0])
	if tagLen(s) != len(s) {
		return ""
	}
	return tag(s)
}

// SameStrong reports whether two responses carry the same strong entity tag.
func SameStrong(a, b http.Header) bool {
	return strong(entityTag(a["Etag"]), entityTag(b["Etag"]))
}

// SameWeak reports whether two responses carry the same entity tag, weak or
// strong.
func SameWeak(a, b http.Header) bool {
	return weak(entityTag(a["Etag"]), entityTag(b["Etag"]))
}

// tagLen is the length of the entity tag that s begins with, 0 if there is
// none.
func tagLen(s string) int {
	start := 0
	if strings.HasPrefix(s, "W/") {
		start = 2
	}
	if len(s) <= start || s[start] != '"' {
		return 0
	}
	for i := start + 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1
		case c <= ' ' || c == 0x7f:
			return 0
		}
	}
	return 0
}

// listed reports whether If-Match or If-None-Match names t: in a list, or by
// "*", which stands for any representation, with or without a tag (RFC 9110
// §13.1.1). A field that is malformed anywhere names nothing, and valid is
// false. Nothing is allocated.
func listed(lines []string, t tag, same comparison) (found, valid bool) {
	if len(lines) == 1 && field.TrimSpace(lines[0]) == "*" {
		return true, true
	}
	for _, line := range lines {
		for rest := skip(line); rest != ""; valid = true {
			one, after, ok := cutTag(rest)
			if !ok {
				return false, false
			}
			found = found || same(one, t)
			rest = skip(after)
		}
	}
	return found, valid
}

// cutTag cuts off the tag that s begins with. It ends with s or at a comma;
// commas and backslashes in it mean nothing.
func cutTag(s string) (t tag, rest string, ok bool) {
	n := tagLen(s)
	rest = field.TrimSpace(s[n:])
	return tag(s[:n]), rest, n > 0 && (rest == "" || rest[0] == ',')
}

// skip takes white space and commas off the beginning of s.
func skip(s string) string {
	for s != "" && (s[0] == ' ' || s[0] == '\t' || s[0] == ',') {
		s = s[1:]
	}
	return s
}
