package field

import "strings"

// CacheControl holds the directives of a Cache-Control field, of a request
// (RFC 9111 §5.2.1) or of a response (§5.2.2, RFC 5861, RFC 8246), or of a
// targeted field (RFC 9213). The zero value is a field that says nothing.
//
// The forms of no-cache and private that list field names are read as the
// forms without a list, which forbid more; RFC 9111 §5.2.2.4 and §5.2.2.7
// allow that.
type CacheControl struct {
	NoStore, NoCache, NoTransform   bool
	Private, Public                 bool
	MustRevalidate, ProxyRevalidate bool
	MustUnderstand, Immutable       bool
	OnlyIfCached                    bool // request only

	MaxAge, SMaxAge                    Seconds
	StaleWhileRevalidate, StaleIfError Seconds
	MinFresh, MaxStale                 Seconds // request only
	MaxStaleAny                        bool    // max-stale without a limit
}

// ParseCacheControl reads the lines of a Cache-Control field. Names are
// compared without regard to case, directive-looking text inside a quoted
// string is no directive, and an argument may be a token or a quoted string
// (RFC 9111 §5.2). Of a directive given twice the first counts (§4.2.1). An
// argument that is no delta-seconds where one is due counts as 0.
func ParseCacheControl(lines []string) CacheControl {
	var cc CacheControl
	for member := range Members(lines) {
		cc.add(parseDirective(member))
	}
	return cc
}

// directive is one member of Cache-Control.
type directive struct {
	name   string // lower case
	value  string
	valued bool // has an argument, perhaps an unreadable one
}

// parseDirective splits a list member. What is not a token has no name; an
// argument that is neither token nor quoted string has no value.
func parseDirective(member string) directive {
	n := tokenLen(member)
	d := directive{name: strings.ToLower(member[:n])}
	arg, valued := strings.CutPrefix(member[n:], "=")
	d.valued = valued || arg != ""
	if !valued {
		return d
	}
	if text, ok := unquote(arg); ok {
		d.value = text
	} else if tokenLen(arg) == len(arg) {
		d.value = arg
	}
	return d
}

// add notes a directive.
func (cc *CacheControl) add(d directive) {
	if flag := cc.flag(d.name); flag != nil {
		*flag = true
		return
	}
	if d.name == "max-stale" && !d.valued && !cc.MaxStale.Present {
		cc.MaxStaleAny = true
		return
	}
	if seconds := cc.seconds(d.name); seconds != nil && !seconds.Present {
		value, ok := ParseSeconds(d.value)
		*seconds = Seconds{Value: value, Present: true, Invalid: !ok}
	}
}

// flag is the field of a directive that is there or not; nil for any other.
func (cc *CacheControl) flag(name string) *bool {
	switch name {
	case "no-store":
		return &cc.NoStore
	case "no-cache":
		return &cc.NoCache
	case "no-transform":
		return &cc.NoTransform
	case "private":
		return &cc.Private
	case "public":
		return &cc.Public
	case "must-revalidate":
		return &cc.MustRevalidate
	case "proxy-revalidate":
		return &cc.ProxyRevalidate
	case "must-understand":
		return &cc.MustUnderstand
	case "immutable":
		return &cc.Immutable
	case "only-if-cached":
		return &cc.OnlyIfCached
	}
	return nil
}

// seconds is the field of a directive that takes delta-seconds; nil for any
// other.
func (cc *CacheControl) seconds(name string) *Seconds {
	switch name {
	case "max-age":
		return &cc.MaxAge
	case "s-maxage":
		return &cc.SMaxAge
	case "stale-while-revalidate":
		return &cc.StaleWhileRevalidate
	case "stale-if-error":
		return &cc.StaleIfError
	case "min-fresh":
		return &cc.MinFresh
	case "max-stale":
		return &cc.MaxStale
	}
	return nil
}
