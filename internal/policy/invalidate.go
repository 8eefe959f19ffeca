package policy

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// safe are the methods that are known to change nothing (RFC 9110 §9.2.1 and
// the registry it founded).
var safe = map[string]bool{
	"": true, "GET": true, "HEAD": true, "OPTIONS": true, "TRACE": true,
	"PRI": true, "PROPFIND": true, "QUERY": true, "REPORT": true, "SEARCH": true,
}

// Invalidates reports whether an answer with this status to this method makes
// what is stored under its URL invalid (RFC 9111 §4.4): any 2xx or 3xx to any
// method not known to be safe.
func Invalidates(method string, status int) bool {
	return !safe[method] && status >= 200 && status < 400
}

// InvalidatedURLs returns the absolute URLs, without fragments, to invalidate
// after an answer with header h that Invalidates: target itself, and what
// Location and Content-Location name on the same origin (RFC 9111 §4.4);
// elsewhere they must not reach.
func InvalidatedURLs(target *url.URL, h http.Header) []*url.URL {
	urls := []*url.URL{resource(target)}
	for _, name := range [...]string{"Location", "Content-Location"} {
		for _, value := range h[name] {
			ref, err := url.Parse(strings.Trim(value, " \t"))
			if err != nil {
				continue
			}
			named := resource(target.ResolveReference(ref))
			same := func(u *url.URL) bool { return *u == *named }
			if sameOrigin(named, target) && !slices.ContainsFunc(urls, same) {
				urls = append(urls, named)
			}
		}
	}
	return urls
}

// resource is a URL without what is not part of a request.
func resource(u *url.URL) *url.URL {
	bare := *u
	bare.Fragment, bare.RawFragment, bare.User = "", "", nil
	bare.Scheme, bare.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return &bare
}

// sameOrigin compares scheme, host and port (RFC 9110 §4.3.1).
func sameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) &&
		strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if strings.EqualFold(u.Scheme, "https") {
		return "443"
	}
	return "80"
}
