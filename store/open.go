package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// Open opens the store that rawURL names. It checks the URL and does not dial:
// whether the engine answers shows at the first call, or at [Ping].
//
// The scheme chooses the backend, which must have been imported. The parameter
// prefix, common to all, makes the result a [View] of that name. A host part
// may be a list, as in redis+cluster://h1:6379,h2:6379. Whatever has a meaning
// in URLs must be percent-encoded where it is meant literally, as in passwords.
//
// Errors name what is wrong and what is allowed, and never show a password.
func Open(ctx context.Context, rawURL string) (Store, error) {
	u, err := parseURL(rawURL)
	if err != nil {
		return nil, err
	}
	open, err := opener(u.Scheme)
	if err != nil {
		return nil, err
	}
	prefix, err := takePrefix(u)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, u)
	if err != nil {
		return nil, fmt.Errorf("store: open %s URL: %w", u.Scheme, err)
	}
	if prefix != "" {
		return Prefixed(s, prefix), nil
	}
	return s, nil
}

// parseURL takes a store URL apart by hand: net/url refuses lists of hosts, and
// shows in its errors what it could not read, be it a password.
func parseURL(raw string) (*url.URL, error) {
	scheme, rest, ok := cutScheme(raw)
	if !ok {
		return nil, errors.New(`store: URL must begin with a scheme, as in "memory://" or "redis://host:6379/0"`)
	}
	if strings.Contains(rest, "#") {
		return nil, fmt.Errorf(`store: %s URL: unexpected "#"; write %%23 where it is meant literally`, scheme)
	}
	rest, query, _ := strings.Cut(rest, "?")
	u := &url.URL{Scheme: scheme, RawQuery: query}
	authority, path := cutAuthority(rest)
	if authority != "" && strings.Contains(path+query, "@") {
		return nil, fmt.Errorf(`store: %s URL: "@" after the host; a "/", "?" or "@" in a name or password must be percent-encoded (%%2F, %%3F, %%40)`, scheme)
	}
	var err error
	if u.Path, err = url.PathUnescape(path); err != nil {
		return nil, fmt.Errorf("store: %s URL: path is not valid percent-encoding", scheme)
	}
	return u, parseAuthority(u, authority)
}

// cutScheme splits "scheme:rest", where rest begins with "//" or "?".
func cutScheme(raw string) (scheme, rest string, ok bool) {
	scheme, rest, ok = strings.Cut(raw, ":")
	if !ok || !validScheme(scheme) {
		return "", "", false
	}
	return strings.ToLower(scheme), rest, strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "?")
}

// validScheme follows RFC 3986, section 3.1.
func validScheme(s string) bool {
	if s == "" || !isLetter(s[0]) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isLetter(c) && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool {
	c |= 'a' - 'A'
	return 'a' <= c && c <= 'z'
}

// cutAuthority splits "//authority/path".
func cutAuthority(rest string) (authority, path string) {
	rest, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return "", rest
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[:i], rest[i:]
	}
	return rest, ""
}

// parseAuthority reads "user:password@hosts" into u. The list of hosts stays as
// it is: only the backend knows its form.
func parseAuthority(u *url.URL, authority string) error {
	i := strings.LastIndexByte(authority, '@')
	u.Host = authority[i+1:]
	if i < 0 {
		return nil
	}
	name, password, hasPassword := strings.Cut(authority[:i], ":")
	name, nameErr := url.PathUnescape(name)
	password, passwordErr := url.PathUnescape(password)
	if nameErr != nil || passwordErr != nil {
		return fmt.Errorf(`store: %s URL: user or password is not valid percent-encoding; write %%25 for "%%"`, u.Scheme)
	}
	u.User = url.User(name)
	if hasPassword {
		u.User = url.UserPassword(name, password)
	}
	return nil
}

// takePrefix removes the parameter prefix from u and returns its value.
func takePrefix(u *url.URL) (string, error) {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", fmt.Errorf(`store: %s URL: query is not valid; parameters are separated by "&" and percent-encoded`, u.Scheme)
	}
	prefixes, ok := values["prefix"]
	if !ok {
		return "", nil
	}
	if len(prefixes) > 1 {
		return "", fmt.Errorf("store: %s URL: parameter prefix is given %d times", u.Scheme, len(prefixes))
	}
	delete(values, "prefix")
	u.RawQuery = values.Encode()
	return prefixes[0], nil
}
