package cachepage

import (
	"net/http"
	"slices"
	"strings"
)

// unkeyed are request fields that handlers and frameworks like to believe, and
// that anybody can send, besides those that begin with forwarding. Canonical
// names.
var unkeyed = []string{
	"Forwarded", "X-Host", "X-Http-Host-Override", "X-Original-Host", "X-Original-Url", "X-Rewrite-Url",
}

const forwarding = "X-Forwarded-"

// hide takes from the header of a request what Strict hides. Fields that VaryOn
// names stay.
func (rt *route) hide(h http.Header) {
	for name := range h {
		if (strings.HasPrefix(name, forwarding) || slices.Contains(unkeyed, name)) && !slices.Contains(rt.varyOn, name) {
			delete(h, name)
		}
	}
	if lines, has := h["Cookie"]; has && !slices.Contains(rt.varyOn, "Cookie") {
		if kept := rt.namedCookies(lines); kept != "" {
			h["Cookie"] = []string{kept}
		} else {
			delete(h, "Cookie")
		}
	}
}

func (rt *route) namedCookies(lines []string) string {
	var kept []string
	for _, line := range lines {
		for part := range strings.SplitSeq(line, ";") {
			name, _, _ := strings.Cut(strings.TrimSpace(part), "=")
			if slices.Contains(rt.cookies, strings.TrimSpace(name)) {
				kept = append(kept, strings.TrimSpace(part))
			}
		}
	}
	return strings.Join(kept, "; ")
}
