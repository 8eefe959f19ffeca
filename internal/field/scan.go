package field

import (
	"iter"
	"strings"
)

// TrimSpace takes optional white space off both ends of s. strings.Trim would
// build the set of two characters anew each time.
func TrimSpace(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	return trimRight(s)
}

func trimRight(s string) string {
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' }

// isToken holds the characters of a token (RFC 9110 §5.6.2).
var isToken = func() (set [256]bool) {
	const chars = "!#$%&'*+-.^_`|~0123456789" +
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	for i := range len(chars) {
		set[chars[i]] = true
	}
	return set
}()

// tokenLen is the length of the token that s begins with, 0 if there is none.
func tokenLen(s string) int {
	n := 0
	for n < len(s) && isToken[s[n]] {
		n++
	}
	return n
}

// Members yields the members of a comma-separated list over all its lines,
// without the white space around them and without empty ones (RFC 9110
// §5.6.1.2). A comma inside a quoted string separates nothing; a quote left
// open lasts to the end of its line.
func Members(lines []string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, line := range lines {
			for line != "" {
				var member string
				member, line = cutMember(line)
				if member != "" && !yield(member) {
					return
				}
			}
		}
	}
}

// cutMember splits line at its first comma outside quotes.
func cutMember(line string) (member, rest string) {
	end := memberLen(line)
	member = TrimSpace(line[:end])
	if end == len(line) {
		return member, ""
	}
	return member, line[end+1:]
}

// memberLen is the offset of the first comma of s outside quotes, or len(s).
func memberLen(s string) int {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && quoted:
			i++
		case c == ',' && !quoted:
			return i
		}
	}
	return len(s)
}

// unquote returns the text of a quoted string (RFC 9110 §5.6.4) that makes up
// all of s.
func unquote(s string) (text string, ok bool) {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return "", false
	}
	s = s[1 : len(s)-1]
	if !strings.ContainsAny(s, `"\`) {
		return s, true
	}
	return unescape(s)
}

// unescape resolves the quoted pairs of s and refuses a bare quote.
func unescape(s string) (text string, ok bool) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			return "", false
		}
		if s[i] == '\\' {
			if i++; i == len(s) {
				return "", false
			}
		}
		b.WriteByte(s[i])
	}
	return b.String(), true
}
