package cachepage

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// unkeyed are request fields that handlers and frameworks like to believe, and
// that anybody can send. Canonical names.
var unkeyed = []string{
	"Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Proto",
	"X-Forwarded-Scheme", "X-Forwarded-Server", "X-Forwarded-Ssl", "X-Host", "X-Original-Host", "X-Original-Url", "X-Rewrite-Url",
}

// strictHeader is the request header without what Strict hides. Fields that
// VaryOn names stay.
func (rt *route) strictHeader(h http.Header) http.Header {
	h = maps.Clone(h)
	for _, name := range unkeyed {
		if !slices.Contains(rt.varyOn, name) {
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
	return h
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
