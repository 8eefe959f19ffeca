package field

import (
	"net/http"
	"slices"
	"strconv"
)

// Status is what one cache says in Cache-Status about how it handled a
// request (RFC 9211 §2). Zero fields are left out.
type Status struct {
	Cache     string // name of the cache
	Hit       bool   // §2.1: answered from the cache
	Fwd       string // §2.2: why the request went forward: bypass, method, uri-miss, vary-miss, miss, request, stale, partial
	FwdStatus int    // §2.3: status of the answer to the forwarded request
	HasTTL    bool   // TTL is said
	TTL       int64  // §2.4: seconds of freshness left, negative when stale
	Stored    bool   // §2.5: the forwarded request's answer was stored
	Collapsed bool   // §2.6: several requests shared one forwarded request
	Key       string // §2.7: key in the cache
	Detail    string // §2.8: anything else
}

// AppendCacheStatus appends s to dst as one member of the list that
// Cache-Status is. What a structured field cannot hold, such as text beyond
// ASCII, is written as "?".
func AppendCacheStatus(dst []byte, s Status) []byte {
	dst = appendBare(dst, s.Cache)
	if s.Hit {
		dst = append(dst, "; hit"...)
	}
	dst = appendText(dst, "; fwd=", s.Fwd)
	if s.FwdStatus != 0 {
		dst = strconv.AppendInt(append(dst, "; fwd-status="...), int64(s.FwdStatus), 10)
	}
	if s.HasTTL {
		dst = strconv.AppendInt(append(dst, "; ttl="...), s.TTL, 10)
	}
	if s.Stored {
		dst = append(dst, "; stored"...)
	}
	if s.Collapsed {
		dst = append(dst, "; collapsed"...)
	}
	if s.Key != "" {
		dst = appendString(append(dst, "; key="...), s.Key)
	}
	return appendText(dst, "; detail=", s.Detail)
}

// AddCacheStatus appends s to the Cache-Status of h. The members of caches
// closer to the origin stay in front (RFC 9211 §2); their slice is copied.
func AddCacheStatus(h http.Header, s Status) {
	line := string(AppendCacheStatus(make([]byte, 0, 64), s))
	h["Cache-Status"] = append(slices.Clip(h["Cache-Status"]), line)
}

// appendText appends label and text, or nothing if text is empty.
func appendText(dst []byte, label, text string) []byte {
	if text == "" {
		return dst
	}
	return appendBare(append(dst, label...), text)
}

// appendBare appends text as a Token if it is one, as a String otherwise.
func appendBare(dst []byte, text string) []byte {
	if isBareToken(text) {
		return append(dst, text...)
	}
	return appendString(dst, text)
}

// isBareToken reports whether s is a Token of structured fields (RFC 9651
// §3.3.4).
func isBareToken(s string) bool {
	if s == "" || !isAlpha(s[0]) && s[0] != '*' {
		return false
	}
	for i := range len(s) {
		if !isToken[s[i]] && s[i] != ':' && s[i] != '/' {
			return false
		}
	}
	return true
}

func isAlpha(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// appendString appends s as a String of structured fields (RFC 9651 §3.3.3).
func appendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < ' ' || c >= 0x7f:
			dst = append(dst, '?')
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}
