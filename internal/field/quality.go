package field

import "strings"

// maxQuality is a weight of 1 in thousandths, the precision of a weight.
const maxQuality = 1000

// parseQuality reads the part of a list member after its first ";": a weight
// (RFC 9110 §12.4.2) and nothing else. It returns thousandths.
func parseQuality(s string) (thousandths int, ok bool) {
	s = TrimSpace(s)
	if len(s) < 3 || s[0]|0x20 != 'q' || s[1] != '=' || s[2] != '0' && s[2] != '1' {
		return 0, false
	}
	thousandths = int(s[2]-'0') * maxQuality
	fraction := s[3:]
	if fraction == "" {
		return thousandths, true
	}
	if fraction[0] != '.' || len(fraction) > 4 {
		return 0, false
	}
	for i, unit := 1, 100; i < len(fraction); i, unit = i+1, unit/10 {
		if fraction[i] < '0' || fraction[i] > '9' {
			return 0, false
		}
		thousandths += int(fraction[i]-'0') * unit
	}
	return thousandths, thousandths <= maxQuality
}

// cutQuality splits a list member into what it names and its weight, which is
// 1 if none is given.
func cutQuality(member string) (name string, thousandths int, ok bool) {
	name, weight, weighted := strings.Cut(member, ";")
	name = trimRight(name)
	if !weighted {
		return name, maxQuality, true
	}
	thousandths, ok = parseQuality(weight)
	return name, thousandths, ok
}
