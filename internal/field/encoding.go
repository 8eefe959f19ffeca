package field

import "strings"

// Identity is the name of no content coding at all.
const Identity = "identity"

// Negotiate picks the content coding for a request (RFC 9110 §12.5.3): the one
// of offers that the lines of its Accept-Encoding give the greatest weight, of
// equal ones the first. Identity is always on offer, after the others.
//
// Without the field the answer is Identity: such a client may take any coding
// but hardly knows one. "" means that the client refuses all of them. Members
// that do not parse are ignored; x-gzip and x-compress are gzip and compress.
func Negotiate(accept []string, offers []string) string {
	if len(accept) == 0 {
		return Identity
	}
	best, bestWeight := "", 0
	for _, offer := range offers {
		if weight := codingWeight(accept, offer); weight > bestWeight {
			best, bestWeight = offer, weight
		}
	}
	if identityWeight(accept) > bestWeight {
		return Identity
	}
	return best
}

// identityWeight is the weight of no coding: acceptable, though last, unless
// the field says otherwise.
func identityWeight(accept []string) int {
	if weight, ok := weightOf(accept, Identity); ok {
		return weight
	}
	if weight, ok := weightOf(accept, "*"); ok && weight == 0 {
		return 0
	}
	return 1 // below every weight that a coding is given
}

// codingWeight is the weight of a coding: its own or that of "*".
func codingWeight(accept []string, coding string) int {
	if weight, ok := weightOf(accept, coding); ok {
		return weight
	}
	weight, _ := weightOf(accept, "*")
	return weight
}

// weightOf finds the first member that names the coding.
func weightOf(accept []string, coding string) (thousandths int, ok bool) {
	for member := range Members(accept) {
		name, weight, ok := cutQuality(member)
		if ok && sameCoding(name, coding) {
			return weight, true
		}
	}
	return 0, false
}

// sameCoding compares names without regard to case and to the old prefix
// (RFC 9110 §8.4.1.1, §8.4.1.3).
func sameCoding(name, coding string) bool {
	if strings.EqualFold(name, coding) {
		return true
	}
	return len(name) > 2 && strings.EqualFold(name[:2], "x-") &&
		(coding == "gzip" || coding == "compress") && strings.EqualFold(name[2:], coding)
}
