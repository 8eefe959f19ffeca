package field

import "github.com/dunglas/httpsfv"

// MaxGroups is how many groups ParseGroups returns at most. RFC 9875 §2 asks
// for at least 32.
const MaxGroups = 128

// ParseGroups reads Cache-Groups or Cache-Group-Invalidation (RFC 9875 §2,
// §3): a structured list of strings, which are compared with regard to case.
// A field that is no such list is ignored as a whole; groups beyond MaxGroups
// are left out.
func ParseGroups(lines []string) []string {
	if len(lines) == 0 {
		return nil
	}
	list, err := httpsfv.UnmarshalList(lines)
	if err != nil {
		return nil
	}
	var groups []string
	for _, member := range list {
		item, ok := member.(httpsfv.Item)
		group, isString := item.Value.(string)
		if !ok || !isString {
			return nil
		}
		groups = append(groups, group)
	}
	return groups[:min(len(groups), MaxGroups)]
}

// FormatGroups writes groups as the value of Cache-Groups, leaving out those
// that are not printable ASCII, which a structured string cannot hold. It is
// "" if none is left.
func FormatGroups(groups []string) string {
	var dst []byte
	for _, group := range groups {
		if !printable(group) {
			continue
		}
		if len(dst) > 0 {
			dst = append(dst, ", "...)
		}
		dst = appendString(dst, group)
	}
	return string(dst)
}

func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= 0x7f {
			return false
		}
	}
	return true
}
