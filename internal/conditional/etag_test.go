package conditional

import (
	"strings"
	"testing"
)

func TestSameTag(t *testing.T) {
	a, weak, none := header(`ETag: "a"`), header(`ETag: W/"a"`), header()
	if !SameStrong(a, a) || SameStrong(a, weak) || SameStrong(weak, weak) || SameStrong(none, none) {
		t.Error("strong comparison (RFC 9110 §8.8.3.2)")
	}
	if !SameWeak(a, weak) || !SameWeak(weak, weak) || SameWeak(none, none) || SameWeak(a, none) {
		t.Error("weak comparison (RFC 9110 §8.8.3.2)")
	}
}

func FuzzEntityTags(f *testing.F) {
	f.Add(`"a", W/"b,\", *`)
	f.Fuzz(func(t *testing.T, value string) {
		found, valid := listed([]string{value}, `"a"`, weak)
		if found && (!valid || !strings.Contains(value, `"a"`) && strings.Trim(value, " \t") != "*") {
			t.Errorf("%q names the tag \"a\"; valid: %v", value, valid)
		}
	})
}
