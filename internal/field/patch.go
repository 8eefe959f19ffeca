package field

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrDirective is the error of a Cache-Control directive that cannot be
// written.
var ErrDirective = errors.New("field: bad Cache-Control directive")

// Directives are Cache-Control directives to be merged into the field of a
// response. It is read-only once made.
type Directives []setting

// setting is a directive as written: its argument keeps its quotes.
type setting struct {
	name string // lower case
	arg  string // "" if there is none
}

func (s setting) String() string {
	if s.arg == "" {
		return s.name
	}
	return s.name + "=" + s.arg
}

// ParseDirectives reads directives as they stand in a Cache-Control field,
// such as "public, max-age=60". An underscore in a name is a hyphen, as in
// Django's keyword arguments. The error names the directive that is malformed.
func ParseDirectives(s string) (Directives, error) {
	var list Directives
	for member := range Members([]string{s}) {
		one, err := parseSetting(member)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: %q holds none", ErrDirective, s)
	}
	return list, nil
}

func parseSetting(member string) (setting, error) {
	d := parseDirective(member)
	one := setting{name: strings.ReplaceAll(d.name, "_", "-")}
	if d.name == "" || d.valued && d.value == "" || !ValidValue(member) {
		return one, fmt.Errorf(`%w: %q is neither name nor name=token nor name="text"`, ErrDirective, member)
	}
	if new(CacheControl).seconds(one.name) != nil && d.valued {
		if _, ok := ParseSeconds(d.value); !ok {
			return one, fmt.Errorf("%w: %q: the argument is a number of seconds", ErrDirective, member)
		}
	}
	_, one.arg, _ = strings.Cut(member, "=")
	return one, nil
}

// Patch merges the directives into the Cache-Control of h, by the rules of
// Django's patch_cache_control: a directive replaces its namesake in place,
// but of two max-age the smaller stays; public and private replace each
// other; no-cache without field names replaces those with, which otherwise
// add up.
func (d Directives) Patch(h http.Header) {
	if len(d) == 1 && len(h["Cache-Control"]) == 0 { // as with most pages
		h["Cache-Control"] = []string{d[0].String()}
		return
	}
	var list Directives
	for member := range Members(h["Cache-Control"]) {
		list = append(list, settingOf(member))
	}
	for _, one := range d {
		list = list.with(one)
	}
	h["Cache-Control"] = []string{list.String()}
}

// settingOf takes a directive as found; a malformed one stays as it is.
func settingOf(member string) setting {
	n := tokenLen(member)
	arg, valued := strings.CutPrefix(member[n:], "=")
	if n == 0 || !valued && n < len(member) {
		return setting{name: member}
	}
	return setting{name: strings.ToLower(member[:n]), arg: arg}
}

func (d Directives) String() string {
	texts := make([]string, len(d))
	for i, one := range d {
		texts[i] = one.String()
	}
	return strings.Join(texts, ", ")
}

// with returns the list with one merged in.
func (d Directives) with(one setting) Directives {
	switch one.name {
	case "public":
		d = d.without("private")
	case "private":
		d = d.without("public")
	case "max-age":
		one = d.minimum(one)
	case "no-cache":
		return d.withNoCache(one)
	}
	return d.replaced(one)
}

// replaced puts one in the place of its first namesake, or at the end.
func (d Directives) replaced(one setting) Directives {
	i := slices.IndexFunc(d, func(s setting) bool { return s.name == one.name })
	if i < 0 {
		return append(d, one)
	}
	return slices.Insert(d.without(one.name), i, one)
}

// withNoCache lets the plain form win over the forms with field names.
func (d Directives) withNoCache(one setting) Directives {
	if one.arg == "" {
		return d.replaced(one)
	}
	if slices.Contains(d, setting{name: one.name}) || slices.Contains(d, one) {
		return d
	}
	return append(d, one)
}

// minimum returns the directive of one's name with the smallest argument.
func (d Directives) minimum(one setting) setting {
	least, _ := ParseSeconds(one.arg)
	for _, s := range d {
		if s.name != one.name {
			continue
		}
		if seconds, ok := ParseSeconds(s.arg); ok && seconds < least {
			one, least = s, seconds
		}
	}
	return one
}

func (d Directives) without(name string) Directives {
	return slices.DeleteFunc(d, func(s setting) bool { return s.name == name })
}

// PatchLifetime announces that a response is fresh for d from now on: max-age
// unless there is a smaller one, and Expires where there was neither of the
// two. Less than zero counts as zero; fractions of a second are cut off.
//
// Django's patch_response_headers adds Expires beside a max-age as well, which
// nobody reads there (RFC 9111 §5.3).
func PatchLifetime(h http.Header, d time.Duration, now time.Time) {
	d = max(d, 0)
	if said := ParseCacheControl(h["Cache-Control"]).MaxAge; !said.Present || said.Invalid {
		patchExpires(h, now.Add(d))
	}
	seconds := strconv.FormatInt(int64(d/time.Second), 10)
	Directives{{name: "max-age", arg: seconds}}.Patch(h)
}

// patchExpires sets Expires where there is none.
func patchExpires(h http.Header, t time.Time) {
	if _, ok := h["Expires"]; !ok {
		h["Expires"] = []string{FormatDate(t)}
	}
}

// SetMaxAge puts another number of seconds in the place of max-age in the field
// of that canonical name, Cache-Control or a targeted one.
func SetMaxAge(h http.Header, name string, seconds int64) {
	var list Directives
	for member := range Members(h[name]) {
		list = append(list, settingOf(member))
	}
	h[name] = []string{list.replaced(setting{name: "max-age", arg: strconv.FormatInt(seconds, 10)}).String()}
}

// PatchNoCache lets caches keep the response but not use it without asking
// (RFC 9111 §5.2.2.4).
func PatchNoCache(h http.Header) {
	Directives{{name: "no-cache"}}.Patch(h)
}

// PatchNever forbids every cache to keep the response or to use it again, as
// Django's never_cache does.
func PatchNever(h http.Header, now time.Time) {
	patchExpires(h, now)
	PatchLifetime(h, 0, now)
	Directives{{name: "no-cache"}, {name: "no-store"}, {name: "must-revalidate"}, {name: "private"}}.Patch(h)
}
