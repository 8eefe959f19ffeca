package field

import "strings"

// opaque reports whether the value of the request field of that canonical name
// is one text: nothing in it may be moved without changing what it says.
func opaque(name string) bool {
	switch name {
	case "Authorization", "Cookie", "Host", "Origin", "Referer", "User-Agent":
		return true
	}
	return false
}

// accepts reports whether the request field of that canonical name is a list of
// what the client accepts, by its own definition.
func accepts(name string) bool {
	switch name {
	case "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language":
		return true
	}
	return false
}

// NormalizeSelecting returns the form in which the value of a request field
// that Vary names is compared (RFC 9111 §4.1). In the lists of what a client
// accepts, white space around commas is taken away, empty members are dropped,
// and letters lowered where the field's own definition ignores case.
// Accept-Language is put in order of weight as well; languages of the same
// weight keep their order, since many servers choose the first of them. Any
// other field is compared as it stands, and so are several lines of one: most
// handlers read the first one only, and a field of their own as one text, so
// that whoever adds a line or a comma gets another page.
//
// name is the canonical name. present tells a field that is not there from one
// that is empty. No memory is allocated if values is one line in that form.
func NormalizeSelecting(name string, values []string) (normalised string, present bool) {
	return normalForm(name, values, false)
}

// NormalizeUnordered is NormalizeSelecting by the RFC alone: any field that is
// not known to be one text is a list, whose lines are combined in order, and
// languages of the same weight in Accept-Language are compared without regard to
// their order, on which RFC 9110 §12.5.4 lets nobody rely. Only right for a
// cache that follows the RFC and does not know its origin.
func NormalizeUnordered(name string, values []string) (normalised string, present bool) {
	return normalForm(name, values, true)
}

func normalForm(name string, values []string, unordered bool) (string, bool) {
	var room [256]byte
	form, present := appendSelecting(room[:0], name, values, unordered)
	if len(values) == 1 && string(form) == values[0] {
		return values[0], present
	}
	return string(form), present
}

// AppendSelecting appends what NormalizeSelecting returns to dst.
func AppendSelecting(dst []byte, name string, values []string) (form []byte, present bool) {
	return appendSelecting(dst, name, values, false)
}

// AppendUnordered appends what NormalizeUnordered returns to dst.
func AppendUnordered(dst []byte, name string, values []string) (form []byte, present bool) {
	return appendSelecting(dst, name, values, true)
}

func appendSelecting(dst []byte, name string, values []string, unordered bool) ([]byte, bool) {
	switch {
	case len(values) == 0:
		return dst, false
	case opaque(name), !unordered && (len(values) > 1 || !accepts(name)):
		return appendLines(dst, values), true
	case name == "Accept-Language":
		return appendLanguages(dst, values, unordered), true
	}
	fold := name == "Accept-Encoding" || name == "Accept-Charset"
	return appendMembers(dst, values, fold), true
}

// appendLines appends lines as they are, with what no line can hold in between.
func appendLines(dst []byte, lines []string) []byte {
	for i, line := range lines {
		if i > 0 {
			dst = append(dst, '\n')
		}
		dst = append(dst, line...)
	}
	return dst
}

// appendMembers appends the members of a list.
func appendMembers(dst []byte, lines []string, fold bool) []byte {
	start := len(dst)
	for member := range Members(lines) {
		if len(dst) > start {
			dst = append(dst, ',')
		}
		if fold {
			dst = appendLower(dst, member)
		} else {
			dst = append(dst, member...)
		}
	}
	return dst
}

func appendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		dst = append(dst, c)
	}
	return dst
}

// language is a member of Accept-Language.
type language struct {
	tag    string
	weight int // thousandths
}

// before orders by falling weight; unordered, by tag within a weight.
func (l language) before(other language, unordered bool) bool {
	if l.weight != other.weight {
		return l.weight > other.weight
	}
	return unordered && lessFold(l.tag, other.tag)
}

// lessFold compares ASCII without regard to case.
func lessFold(a, b string) bool {
	for i := range min(len(a), len(b)) {
		if x, y := a[i]|0x20, b[i]|0x20; x != y {
			return x < y
		}
	}
	return len(a) < len(b)
}

// appendLanguages appends the languages by weight. A field that is malformed
// or very long is taken as an ordinary list.
func appendLanguages(dst []byte, lines []string, unordered bool) []byte {
	if len(lines) == 1 && !unordered {
		if form, ok := appendInOrder(dst, lines[0]); ok {
			return form
		}
	}
	return appendSorted(dst, lines, unordered)
}

// appendInOrder appends languages that are in order of weight, as browsers send
// them. ok is false for others and for what is malformed.
func appendInOrder(dst []byte, line string) (form []byte, ok bool) {
	start, last := len(dst), maxQuality
	for line != "" {
		var member string
		member, line, _ = strings.Cut(line, ",")
		if member = TrimSpace(member); member == "" {
			continue
		}
		tag, weight, ok := cutQuality(member)
		if !ok || !isRange(tag) || weight > last {
			return nil, false
		}
		if last = weight; len(dst) > start {
			dst = append(dst, ',')
		}
		dst = appendWeight(appendLower(dst, tag), weight)
	}
	return dst, true
}

// appendSorted appends languages in any order.
func appendSorted(dst []byte, lines []string, unordered bool) []byte {
	var room [24]language
	sorted := room[:0]
	for member := range Members(lines) {
		tag, weight, ok := cutQuality(member)
		if !ok || !isRange(tag) || len(sorted) == len(room) {
			return appendMembers(dst, lines, true)
		}
		sorted = append(sorted, language{tag, weight})
		for i := len(sorted) - 1; i > 0 && sorted[i].before(sorted[i-1], unordered); i-- {
			sorted[i], sorted[i-1] = sorted[i-1], sorted[i]
		}
	}
	for i, l := range sorted {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendWeight(appendLower(dst, l.tag), l.weight)
	}
	return dst
}

// isRange reports whether s can be a language range (RFC 4647 §2.1).
func isRange(s string) bool {
	for i := range len(s) {
		switch c := s[i] | 0x20; {
		case 'a' <= c && c <= 'z', '0' <= s[i] && s[i] <= '9', s[i] == '-', s[i] == '*':
		default:
			return false
		}
	}
	return s != ""
}

// appendWeight appends a weight in its shortest form, nothing for 1.
func appendWeight(dst []byte, thousandths int) []byte {
	if thousandths == maxQuality {
		return dst
	}
	dst = append(dst, ";q=0"...)
	if thousandths == 0 {
		return dst
	}
	dst = append(dst, '.')
	for unit := maxQuality / 10; thousandths > 0; unit /= 10 {
		dst = append(dst, byte('0'+thousandths/unit))
		thousandths %= unit
	}
	return dst
}
