package policy

import (
	"net/http"
	"strings"
)

// SessionCookies are the parts of cookie names that betray a signed-in
// visitor.
var SessionCookies = []string{"sess", "sid", "auth", "token", "jwt", "csrf", "xsrf"}

// Session returns the name of the first cookie of r that betrays a signed-in
// visitor: its name contains one of parts, which are lower case, in any case
// of its own, and it is not one that varied claims for the key. varied may be
// nil. "" means that there is no such cookie. It allocates nothing.
func Session(r *http.Request, parts []string, varied func(cookie string) bool) string {
	for _, line := range r.Header["Cookie"] {
		for line != "" {
			var pair string
			pair, line, _ = strings.Cut(line, ";")
			name, _, _ := strings.Cut(pair, "=")
			name = strings.Trim(name, " \t")
			if betrays(name, parts) && (varied == nil || !varied(name)) {
				return name
			}
		}
	}
	return ""
}

func betrays(name string, parts []string) bool {
	for _, part := range parts {
		if containsFold(name, part) {
			return true
		}
	}
	return false
}

// containsFold reports whether the lower-case ASCII text part occurs in s in
// any case.
func containsFold(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if strings.EqualFold(s[i:i+len(part)], part) {
			return part != ""
		}
	}
	return false
}
