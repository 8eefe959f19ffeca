package vary

import (
	"net/http"
	"slices"
	"strings"
)

// Names returns the request headers that the Vary lines of h name, each once,
// in canonical form and in order. star reports that one of them is "*": the
// response depends on more than headers, and no request can be known to match
// it (RFC 9110 §12.5.5); names is nil then. What is not a header name is left
// out.
func Names(h http.Header) (names []string, star bool) {
	for _, line := range h["Vary"] {
		for line != "" {
			var name string
			name, line = cut(line)
			if name == "*" {
				return nil, true
			}
			if name = http.CanonicalHeaderKey(name); validName(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, false
}

// Patch adds names to the Vary of h. What is there keeps its order and
// spelling, a name already listed in any letter case is not repeated, and a
// "*" on either side leaves nothing but "*". The lines become one.
//
// Patch must be called before the header is written.
func Patch(h http.Header, names ...string) {
	var listed []string
	for _, line := range h["Vary"] {
		for line != "" {
			var name string
			name, line = cut(line)
			listed = add(listed, name)
		}
	}
	for _, name := range names {
		listed = add(listed, strings.Trim(name, ows))
	}
	switch {
	case slices.Contains(listed, "*"):
		h["Vary"] = []string{"*"}
	case len(listed) > 0:
		h["Vary"] = []string{strings.Join(listed, ", ")}
	}
}

// add appends name unless it is empty or listed already.
func add(listed []string, name string) []string {
	same := func(other string) bool { return strings.EqualFold(name, other) }
	if name == "" || slices.ContainsFunc(listed, same) {
		return listed
	}
	return append(listed, name)
}

// ows is optional white space (RFC 9110 §5.6.3).
const ows = " \t"

// cut takes the first member off a line.
func cut(line string) (member, rest string) {
	member, rest, _ = strings.Cut(line, ",")
	return strings.Trim(member, ows), rest
}

// validName reports whether s is a field name (RFC 9110 §5.1).
func validName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(c rune) bool { return !tokenChar(c) }) < 0
}

func tokenChar(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c < 0x80 && strings.ContainsRune("!#$%&'*+-.^_`|~", c)
}
