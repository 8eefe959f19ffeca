package field

import "time"

// maxSeconds is where delta-seconds end: a larger number counts as this one
// (RFC 9111 §1.2.2).
const maxSeconds = 1 << 31

// Seconds is the optional argument of a directive that takes delta-seconds.
type Seconds struct {
	Value   time.Duration // whole seconds, at most 2^31 of them
	Present bool
	Invalid bool // present but not readable; Value is 0
}

// ParseSeconds reads delta-seconds (RFC 9111 §1.2.2): decimal digits and
// nothing else. Leading zeros are fine, and what exceeds 2^31 is 2^31.
func ParseSeconds(s string) (d time.Duration, ok bool) {
	if s == "" {
		return 0, false
	}
	n := int64(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = min(n*10+int64(s[i]-'0'), maxSeconds)
	}
	return time.Duration(n) * time.Second, true
}

// ParseAge reads Age (RFC 9111 §5.1). Of several values the first counts, and
// a value that is no delta-seconds is ignored together with the field.
func ParseAge(lines []string) (age time.Duration, ok bool) {
	for member := range Members(lines) {
		return ParseSeconds(member)
	}
	return 0, false
}
