package field

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPatchMergesAsDjangoDoes(t *testing.T) {
	for _, c := range []struct {
		rule   string
		before []string
		patch  string
		want   string
	}{
		{"nothing there", nil, "private", "private"},
		{"nothing there, empty field", []string{""}, "private", "private"},
		{"underscore is a hyphen", nil, "max_age=60", "max-age=60"},
		{"kept and appended", []string{"no-transform"}, "max-age=60, public", "no-transform, max-age=60, public"},
		{"lines become one", []string{"no-transform", "public"}, "max-age=60", "no-transform, public, max-age=60"},
		{"smaller max-age stays", []string{"max-age=10"}, "max-age=60", "max-age=10"},
		{"smaller max-age wins, in place", []string{"max-age=100, public"}, "max-age=60", "max-age=60, public"},
		{"smallest of several", []string{"max-age=100, max-age=5"}, "max-age=60", "max-age=5"},
		{"unreadable max-age is replaced", []string{"max-age=x"}, "max-age=60", "max-age=60"},
		{"quoted max-age is replaced", []string{`max-age="10"`}, "max-age=60", "max-age=60"},
		{"public replaces private", []string{"private"}, "public", "public"},
		{"private replaces public", []string{"max-age=5, public"}, "private", "max-age=5, private"},
		{"private with fields", []string{"public"}, `private="Set-Cookie"`, `private="Set-Cookie"`},
		{"namesake in any case", []string{"S-MaxAge=5"}, "s-maxage=60", "s-maxage=60"},
		{"no-cache fields add up", []string{`no-cache="A"`}, `no-cache="B"`, `no-cache="A", no-cache="B"`},
		{"no-cache fields do not repeat", []string{`no-cache="A"`}, `no-cache="A"`, `no-cache="A"`},
		{"plain no-cache wins", []string{`no-cache="A", no-cache="B"`}, "no-cache", "no-cache"},
		{"plain no-cache stays", []string{"no-cache"}, `no-cache="A"`, "no-cache"},
		{"unknown directives", []string{"foo=bar"}, "baz", "foo=bar, baz"},
		{"what is malformed stays as it is", []string{"(x), a b"}, "public", "(x), a b, public"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			d, err := ParseDirectives(c.patch)
			if err != nil {
				t.Fatal(err)
			}
			h := http.Header{}
			if c.before != nil {
				h["Cache-Control"] = c.before
			}
			d.Patch(h)
			if diff := cmp.Diff([]string{c.want}, h["Cache-Control"]); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestParseDirectivesRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":               `field: bad Cache-Control directive: "" holds none`,
		"public, (x)":    `field: bad Cache-Control directive: "(x)" is neither name nor name=token nor name="text"`,
		"a b":            `field: bad Cache-Control directive: "a b" is neither name nor name=token nor name="text"`,
		"max-age=":       `field: bad Cache-Control directive: "max-age=" is neither name nor name=token nor name="text"`,
		"max-age=1 2":    `field: bad Cache-Control directive: "max-age=1 2" is neither name nor name=token nor name="text"`,
		"max-age=soon":   `field: bad Cache-Control directive: "max-age=soon": the argument is a number of seconds`,
		"public, x=\"":   `field: bad Cache-Control directive: "x=\"" is neither name nor name=token nor name="text"`,
		"s_maxage=-1":    `field: bad Cache-Control directive: "s_maxage=-1": the argument is a number of seconds`,
		"public\r\nx: y": `field: bad Cache-Control directive: "public\r\nx: y" is neither name nor name=token nor name="text"`,
	} {
		d, err := ParseDirectives(in)
		if d != nil || !errors.Is(err, ErrDirective) || err.Error() != want {
			t.Errorf("ParseDirectives(%q) = %v, %v; want %s", in, d, err, want)
		}
	}
}

func TestParseDirectivesRefusesControlCharacters(t *testing.T) {
	if _, err := ParseDirectives("no-cache=\"a\r\nX: y\""); !errors.Is(err, ErrDirective) {
		t.Errorf("a line break inside quotes: error %v, want ErrDirective", err)
	}
}

func TestPatchLifetime(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 500, time.UTC)
	for _, c := range []struct {
		rule   string
		before http.Header
		d      time.Duration
		want   http.Header
	}{
		{"both fields", http.Header{}, 2 * time.Second,
			http.Header{"Cache-Control": {"max-age=2"}, "Expires": {"Sun, 22 Nov 2026 10:00:02 GMT"}}},
		{"Expires stays", http.Header{"Expires": {"0"}}, 2 * time.Second,
			http.Header{"Cache-Control": {"max-age=2"}, "Expires": {"0"}}},
		{"smaller max-age stays", http.Header{"Cache-Control": {"max-age=10"}}, time.Minute,
			http.Header{"Cache-Control": {"max-age=10"}}},
		{"greater max-age is lowered", http.Header{"Cache-Control": {"public, max-age=90"}}, time.Minute,
			http.Header{"Cache-Control": {"public, max-age=60"}}},
		{"unreadable max-age says nothing", http.Header{"Cache-Control": {"max-age=x"}}, time.Minute,
			http.Header{"Cache-Control": {"max-age=60"}, "Expires": {"Sun, 22 Nov 2026 10:01:00 GMT"}}},
		{"no max-age", http.Header{"Cache-Control": {"public"}}, time.Minute,
			http.Header{"Cache-Control": {"public, max-age=60"}, "Expires": {"Sun, 22 Nov 2026 10:01:00 GMT"}}},
		{"negative is zero", http.Header{}, -time.Second,
			http.Header{"Cache-Control": {"max-age=0"}, "Expires": {"Sun, 22 Nov 2026 10:00:00 GMT"}}},
		{"fractions are cut off", http.Header{"Expires": {"x"}}, 1999 * time.Millisecond,
			http.Header{"Cache-Control": {"max-age=1"}, "Expires": {"x"}}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			PatchLifetime(c.before, c.d, now)
			if diff := cmp.Diff(c.want, c.before); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestPatchNever(t *testing.T) {
	h := http.Header{"Cache-Control": {"public, max-age=60"}}
	PatchNever(h, sample)
	want := http.Header{
		"Cache-Control": {"max-age=0, no-cache, no-store, must-revalidate, private"},
		"Expires":       {"Sun, 06 Nov 1994 08:49:37 GMT"},
	}
	if diff := cmp.Diff(want, h); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestPatchNoCache(t *testing.T) {
	h := http.Header{"Cache-Control": {"public"}}
	PatchNoCache(h)
	if got := h.Get("Cache-Control"); got != "public, no-cache" {
		t.Errorf("got %q", got)
	}
}
