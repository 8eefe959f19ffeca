package field

import (
	"time"

	"github.com/dunglas/httpsfv"
)

// ParseTargeted reads a targeted cache control field such as
// CDN-Cache-Control (RFC 9213 §2.1): a structured dictionary with the
// directives of Cache-Control as members.
//
// ok is false, and the field is to be treated as absent, if it is empty, does
// not parse, or gives a known directive a value of the wrong type. Unknown
// directives and all parameters are ignored.
func ParseTargeted(lines []string) (cc CacheControl, ok bool) {
	if len(lines) == 0 {
		return cc, false
	}
	dict, err := httpsfv.UnmarshalDictionary(lines)
	if err != nil || len(dict.Names()) == 0 {
		return CacheControl{}, false
	}
	for _, name := range dict.Names() {
		member, _ := dict.Get(name)
		if !cc.addMember(name, member) {
			return CacheControl{}, false
		}
	}
	return cc, true
}

// addMember notes a member of the dictionary; false if its type is wrong.
func (cc *CacheControl) addMember(name string, member httpsfv.Member) bool {
	if flag := cc.flag(name); flag != nil {
		return setFlag(flag, name, member)
	}
	if seconds := cc.seconds(name); seconds != nil {
		return setSeconds(seconds, member)
	}
	return true
}

// setFlag takes a Boolean, and the list of field names that no-cache and
// private may have instead.
func setFlag(flag *bool, name string, member httpsfv.Member) bool {
	item, ok := member.(httpsfv.Item)
	if !ok {
		return false
	}
	switch value := item.Value.(type) {
	case bool:
		*flag = value
		return true
	case string, httpsfv.Token:
		*flag = true
		return name == "no-cache" || name == "private"
	}
	return false
}

// setSeconds takes an Integer; one below zero is no lifetime, hence 0.
func setSeconds(seconds *Seconds, member httpsfv.Member) bool {
	item, ok := member.(httpsfv.Item)
	if !ok {
		return false
	}
	n, ok := item.Value.(int64)
	if !ok {
		return false
	}
	n = min(max(n, 0), maxSeconds)
	*seconds = Seconds{Value: time.Duration(n) * time.Second, Present: true}
	return true
}
