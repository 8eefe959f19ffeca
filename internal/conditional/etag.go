package conditional

import (
	"net/http"
	"strings"
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

// entityTag is the tag of a response, "" if it has none that is valid.
func entityTag(h http.Header) tag {
	lines := h["Etag"]
	if len(lines) != 1 {
		return ""
	}
	s := strings.Trim(lines[0], " \t")
	if tagLen(s) != len(s) {
		return ""
	}
	return tag(s)
}

// SameStrong reports whether two responses carry the same strong entity tag.
func SameStrong(a, b http.Header) bool {
	return strong(entityTag(a), entityTag(b))
}

// SameWeak reports whether two responses carry the same entity tag, weak or
// strong.
func SameWeak(a, b http.Header) bool {
	return weak(entityTag(a), entityTag(b))
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

// tagList is the value of If-Match or If-None-Match.
type tagList struct {
	any  bool // "*"
	tags []tag
}

// matches reports whether the list holds t. "*" stands for any representation,
// with or without a tag (RFC 9110 §13.1.1).
func (l tagList) matches(t tag, same comparison) bool {
	if l.any {
		return true
	}
	for _, one := range l.tags {
		if same(one, t) {
			return true
		}
	}
	return false
}

// parseTags reads a list of entity tags or "*". ok is false if any part of it
// is malformed. A tag may hold commas and backslashes that mean nothing.
func parseTags(lines []string) (list tagList, ok bool) {
	if len(lines) == 1 && strings.Trim(lines[0], " \t") == "*" {
		return tagList{any: true}, true
	}
	for _, line := range lines {
		if list.tags, ok = appendTags(list.tags, line); !ok {
			return tagList{}, false
		}
	}
	return list, len(list.tags) > 0
}

// appendTags reads one line of tags between commas.
func appendTags(tags []tag, line string) ([]tag, bool) {
	for line = strings.TrimLeft(line, " \t,"); line != ""; {
		n := tagLen(line)
		if n == 0 {
			return nil, false
		}
		tags = append(tags, tag(line[:n]))
		rest := strings.TrimLeft(line[n:], " \t")
		if rest != "" && rest[0] != ',' {
			return nil, false
		}
		line = strings.TrimLeft(rest, " \t,")
	}
	return tags, true
}
