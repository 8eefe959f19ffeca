package conditional

import "testing"

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
		list, ok := parseTags([]string{value})
		for _, one := range list.tags {
			if !ok || tagLen(string(one)) != len(one) {
				t.Errorf("%q gives the tag %q", value, one)
			}
		}
	})
}
