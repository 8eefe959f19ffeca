package vary_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/larder-go/larder/vary"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		situation string
		lines     []string
		want      []string
		star      bool
	}{
		{"absent", nil, nil, false},
		{"empty", []string{""}, nil, false},
		{"one", []string{"Cookie"}, []string{"Cookie"}, false},
		{"in order, canonical", []string{"cookie, ACCEPT-encoding"}, []string{"Cookie", "Accept-Encoding"}, false},
		{"each once", []string{"Cookie, cookie", "COOKIE"}, []string{"Cookie"}, false},
		{"over lines", []string{"A", "B,\tC"}, []string{"A", "B", "C"}, false},
		{"empty members", []string{", ,A,,"}, []string{"A"}, false},
		{"star", []string{"*"}, nil, true},
		{"star, padded", []string{" \t* "}, nil, true},
		{"star among others", []string{"Foo, *"}, nil, true},
		{"star first", []string{"*, Foo"}, nil, true},
		{"star after an empty member", []string{", *"}, nil, true},
		{"star on a second line", []string{"", "*"}, nil, true},
		{"two stars", []string{"*, *"}, nil, true},
		{"a star in a name is part of it", []string{"X-*"}, []string{"X-*"}, false},
		{"what is no name is left out", []string{"A B, ü, C:, D"}, []string{"D"}, false},
	} {
		t.Run(c.situation, func(t *testing.T) {
			names, star := vary.Names(http.Header{"Vary": c.lines})
			if diff := cmp.Diff(c.want, names); diff != "" || star != c.star {
				t.Errorf("star %v, want %v; -want +got\n%s", star, c.star, diff)
			}
		})
	}
}

func TestNamesAllocatesOnlyItsAnswer(t *testing.T) {
	h := http.Header{"Vary": {"Accept-Encoding"}}
	if n := testing.AllocsPerRun(100, func() { vary.Names(h) }); n > 1 {
		t.Errorf("%v allocations, want 1", n)
	}
	if n := testing.AllocsPerRun(100, func() { vary.Names(nil) }); n != 0 {
		t.Errorf("no Vary: %v allocations", n)
	}
}

// TestPatch holds the table of Django's patch_vary_headers, and more.
func TestPatch(t *testing.T) {
	for _, c := range []struct {
		before []string
		names  []string
		want   []string
	}{
		{nil, nil, nil},
		{nil, []string{""}, nil},
		{nil, []string{"Accept-Encoding"}, []string{"Accept-Encoding"}},
		{[]string{"Accept-Encoding"}, []string{"accept-encoding"}, []string{"Accept-Encoding"}},
		{[]string{"Accept-Encoding"}, []string{"ACCEPT-ENCODING"}, []string{"Accept-Encoding"}},
		{[]string{"Cookie"}, []string{"Accept-Encoding"}, []string{"Cookie, Accept-Encoding"}},
		{[]string{"Cookie, Accept-Encoding"}, []string{"Accept-Encoding", "cookie"}, []string{"Cookie, Accept-Encoding"}},
		{nil, []string{"Accept-Encoding", "COOKIE"}, []string{"Accept-Encoding, COOKIE"}},
		{[]string{"Cookie    ,     Accept-Encoding"}, []string{"cookie"}, []string{"Cookie, Accept-Encoding"}},
		{[]string{"Cookie", "Accept"}, []string{"Origin"}, []string{"Cookie, Accept, Origin"}},
		{nil, []string{"Cookie", "cookie"}, []string{"Cookie"}},
		{[]string{"*"}, nil, []string{"*"}},
		{[]string{"*"}, []string{"Accept-Language", "Cookie"}, []string{"*"}},
		{[]string{"Accept-Language, Cookie"}, []string{"*"}, []string{"*"}},
		{[]string{"Cookie, *"}, []string{"Accept"}, []string{"*"}},
		{nil, []string{" * "}, []string{"*"}},
	} {
		t.Run(fmt.Sprintf("%q and %q", c.before, c.names), func(t *testing.T) {
			h := http.Header{}
			if c.before != nil {
				h["Vary"] = c.before
			}
			vary.Patch(h, c.names...)
			if diff := cmp.Diff(c.want, h["Vary"]); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestPatchLeavesTheSliceThatItFoundAlone(t *testing.T) {
	shared := []string{"Cookie"}
	h := http.Header{"Vary": shared}
	vary.Patch(h, "Origin")
	if shared[0] != "Cookie" {
		t.Errorf("the slice now holds %q", shared)
	}
}

func FuzzVary(f *testing.F) {
	f.Add("Cookie, accept", "*", "Origin")
	f.Add(", \t", "A,,b", "x y")
	f.Fuzz(func(t *testing.T, a, b, name string) {
		h := http.Header{"Vary": {a, b}}
		before, star := vary.Names(h)
		for _, n := range before {
			if n == "" || n != http.CanonicalHeaderKey(n) || strings.ContainsAny(n, ", \t*\r\n") && !strings.Contains(n, "*") {
				t.Errorf("%q, %q: %q is no canonical name", a, b, n)
			}
		}
		vary.Patch(h, name)
		after, starAfter := vary.Names(h)
		if star && !starAfter {
			t.Errorf("%q, %q: the star is gone after Patch(%q)", a, b, name)
		}
		for _, n := range before {
			if !starAfter && !slices.Contains(after, n) {
				t.Errorf("%q, %q: %q is gone after Patch(%q)", a, b, n, name)
			}
		}
	})
}

func ExamplePatch() {
	h := http.Header{"Vary": {"Accept-Encoding"}}
	vary.Patch(h, "Cookie", "accept-encoding")
	fmt.Println(h.Get("Vary"))
	// Output: Accept-Encoding, Cookie
}

func ExampleNames() {
	names, star := vary.Names(http.Header{"Vary": {"cookie, accept-language"}})
	fmt.Println(names, star)
	// Output: [Cookie Accept-Language] false
}
