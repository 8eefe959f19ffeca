package field

import (
	"net/url"
	"slices"
	"strings"

	"github.com/dunglas/httpsfv"
)

// NoVarySearch says which differences between query strings do not matter to
// a response (the No-Vary-Search field). The zero value is the default: all
// of them matter.
type NoVarySearch struct {
	KeyOrder bool     // the order of the parameters does not matter
	All      bool     // no parameter matters but those of Except
	Ignore   []string // without All: these do not matter
	Except   []string // with All: these do
}

// ParseNoVarySearch reads the lines of a No-Vary-Search field: a structured
// dictionary of key-order, params and except. Names of parameters come out
// percent-decoded. ok is false if the field is absent, does not parse, or has
// a value of the wrong type in it; then the default applies.
func ParseNoVarySearch(lines []string) (n NoVarySearch, ok bool) {
	if len(lines) == 0 {
		return n, false
	}
	dict, err := httpsfv.UnmarshalDictionary(lines)
	if err != nil {
		return n, false
	}
	if n.readKeyOrder(dict) && n.readParams(dict) && n.readExcept(dict) {
		return n, true
	}
	return NoVarySearch{}, false
}

func (n *NoVarySearch) readKeyOrder(dict *httpsfv.Dictionary) bool {
	member, there := dict.Get("key-order")
	if !there {
		return true
	}
	value, ok := boolean(member)
	n.KeyOrder = value
	return ok
}

func (n *NoVarySearch) readParams(dict *httpsfv.Dictionary) bool {
	member, there := dict.Get("params")
	if !there {
		return true
	}
	if all, ok := boolean(member); ok {
		n.All = all
		return true
	}
	names, ok := parameterNames(member)
	n.Ignore = names
	return ok
}

// readExcept takes the exceptions, which make sense with a true params only.
func (n *NoVarySearch) readExcept(dict *httpsfv.Dictionary) bool {
	member, there := dict.Get("except")
	if !there {
		return true
	}
	names, ok := parameterNames(member)
	n.Except = names
	return ok && n.All
}

// Ignores reports whether the parameter of that name, decoded, does not
// matter.
func (n NoVarySearch) Ignores(name string) bool {
	if n.All {
		return !slices.Contains(n.Except, name)
	}
	return slices.Contains(n.Ignore, name)
}

// String writes n as the value of a No-Vary-Search field, "" for the default.
func (n NoVarySearch) String() string {
	var parts []string
	if n.KeyOrder {
		parts = append(parts, "key-order")
	}
	switch {
	case n.All && len(n.Except) > 0:
		parts = append(parts, "params", "except="+innerList(n.Except))
	case n.All:
		parts = append(parts, "params")
	case len(n.Ignore) > 0:
		parts = append(parts, "params="+innerList(n.Ignore))
	}
	return strings.Join(parts, ", ")
}

func innerList(names []string) string {
	dst := []byte{'('}
	for i, name := range names {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = appendString(dst, url.QueryEscape(name))
	}
	return string(append(dst, ')'))
}

// boolean is the value of a Boolean member.
func boolean(member httpsfv.Member) (value, ok bool) {
	item, ok := member.(httpsfv.Item)
	if !ok {
		return false, false
	}
	value, ok = item.Value.(bool)
	return value, ok
}

// parameterNames reads an inner list of strings.
func parameterNames(member httpsfv.Member) (names []string, ok bool) {
	list, ok := member.(httpsfv.InnerList)
	if !ok {
		return nil, false
	}
	for _, item := range list.Items {
		name, ok := item.Value.(string)
		if !ok {
			return nil, false
		}
		names = append(names, parameterName(name))
	}
	return names, true
}

// parameterName decodes a name as a form does; a stray "%" stands for itself.
func parameterName(s string) string {
	if name, err := url.QueryUnescape(s); err == nil {
		return name
	}
	return strings.ReplaceAll(s, "+", " ")
}
