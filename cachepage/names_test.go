package cachepage

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
)

// TestNamesAndValuesHaveNumbers: what stands for a text is that text again, and
// no number stands for what could not be sent.
func TestNamesAndValuesHaveNumbers(t *testing.T) {
	if len(fieldNames) >= numbered || len(fieldValues) > 255 {
		t.Fatal("there are more texts than numbers")
	}
	for _, name := range fieldNames {
		if http.CanonicalHeaderKey(name) != name || !field.ValidName(name) {
			t.Errorf("%q is no canonical name", name)
		}
	}
	for _, texts := range [][]string{fieldNames[:], fieldValues[:]} {
		if sorted := slices.Sorted(slices.Values(texts)); len(slices.Compact(sorted)) != len(texts) {
			t.Errorf("a text has two numbers in %q", sorted)
		}
	}
	for _, name := range append(fieldNames[:], "X-Shop", "Nel2") {
		for _, value := range append(fieldValues[:], "", "text/html;charset=utf-8", "Text/Html") {
			b := appendField(nil, name, value)
			gotName, gotValue, rest, ok := cutField(append(b, "rest"...))
			if !ok || gotName != name || gotValue != value || string(rest) != "rest" {
				t.Errorf("%s: %s comes back as %s: %s, %q, %t", name, value, gotName, gotValue, rest, ok)
			}
			for i := range b {
				if _, _, _, ok := cutField(b[:i]); ok {
					t.Errorf("%s: %s cut after %d bytes is a field", name, value, i)
				}
			}
		}
	}
	for _, b := range [][]byte{{byte(len(fieldNames) + 1), 0}, {numbered | 1, 0}, {numbered | 1, byte(len(fieldValues) + 1)}, {numbered | 1}} {
		if _, _, _, ok := cutField(b); ok {
			t.Errorf("%v is a field", b)
		}
	}
}

// TestPageHeadsAreSmall: there may be millions of them in memory.
func TestPageHeadsAreSmall(t *testing.T) {
	h := http.Header{
		"Content-Type": {"text/html; charset=utf-8"}, "Cache-Control": {"max-age=600"}, "Content-Length": {"1024"}, "Etag": {`"6f1d2c0b5a"`},
		"X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"DENY"},
	}
	head, ok := encodePage(200, policy.Life{Fresh: 10 * time.Minute}.At(time.Now()), h, content{plain: make([]byte, 1024), size: 1024})
	if !ok || len(head) > 64 {
		t.Errorf("%d bytes for the head of a page with six fields, want 64 at most", len(head))
	}
}
