package field

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func seconds(n int64) Seconds { return Seconds{Value: time.Duration(n) * time.Second, Present: true} }

var unreadable = Seconds{Present: true, Invalid: true}

func TestParseCacheControl(t *testing.T) {
	for _, c := range []struct {
		clause string
		lines  []string
		want   CacheControl
	}{
		{"absent", nil, CacheControl{}},
		{"empty", []string{""}, CacheControl{}},
		{"empty members", []string{" , ,,"}, CacheControl{}},
		{"§5.2 every flag", []string{"no-store, no-cache, no-transform, private, public, must-revalidate, proxy-revalidate, must-understand, immutable, only-if-cached"},
			CacheControl{NoStore: true, NoCache: true, NoTransform: true, Private: true, Public: true, MustRevalidate: true, ProxyRevalidate: true, MustUnderstand: true, Immutable: true, OnlyIfCached: true}},
		{"§5.2 every lifetime", []string{"max-age=1, s-maxage=2, stale-while-revalidate=3, stale-if-error=4, min-fresh=5, max-stale=6"},
			CacheControl{MaxAge: seconds(1), SMaxAge: seconds(2), StaleWhileRevalidate: seconds(3), StaleIfError: seconds(4), MinFresh: seconds(5), MaxStale: seconds(6)}},
		{"§5.2 names in any case", []string{"No-StOrE, MAX-AGE=7"}, CacheControl{NoStore: true, MaxAge: seconds(7)}},
		{"§5.2 quoted argument", []string{`max-age="60"`}, CacheControl{MaxAge: seconds(60)}},
		{"§5.2 quoted pair in an argument", []string{`max-age="6\0"`}, CacheControl{MaxAge: seconds(60)}},
		{"lines combined", []string{"max-age=5", "private"}, CacheControl{MaxAge: seconds(5), Private: true}},
		{"no directive inside quotes", []string{`extension="max-age=3600, private", max-age=1`}, CacheControl{MaxAge: seconds(1)}},
		{"no directive inside quotes, after", []string{`max-age=1, extension="max-age=3600"`}, CacheControl{MaxAge: seconds(1)}},
		{"escaped quote does not close", []string{`a="\", no-store", public`}, CacheControl{Public: true}},
		{"open quote ends with its line", []string{`a="x, no-store`, "public"}, CacheControl{Public: true}},
		{"unknown directives counted", []string{"foo, bar=1"}, CacheControl{}},
		{"whole names only", []string{"no-store-x, xprivate, no-cachex"}, CacheControl{}},
		{"no token is no directive", []string{`"no-store", =5, (private)`}, CacheControl{}},
		{"§1.2.2 leading zeros", []string{"max-age=003600"}, CacheControl{MaxAge: seconds(3600)}},
		{"§1.2.2 2^31", []string{"max-age=2147483648"}, CacheControl{MaxAge: seconds(1 << 31)}},
		{"§1.2.2 beyond 2^31", []string{"max-age=2147483649"}, CacheControl{MaxAge: seconds(1 << 31)}},
		{"§1.2.2 beyond 64 bits", []string{"max-age=99999999999999999999999"}, CacheControl{MaxAge: seconds(1 << 31)}},
		{"§4.2.1 first of two", []string{"max-age=1800, max-age=1"}, CacheControl{MaxAge: seconds(1800)}},
		{"§4.2.1 first of two lines", []string{"max-age=1", "max-age=1800"}, CacheControl{MaxAge: seconds(1)}},
		{"§4.2.1 negative", []string{"max-age=-1"}, CacheControl{MaxAge: unreadable}},
		{"§4.2.1 decimal", []string{"max-age=3600.0"}, CacheControl{MaxAge: unreadable}},
		{"§4.2.1 letters", []string{"max-age=3600a"}, CacheControl{MaxAge: unreadable}},
		{"§4.2.1 single quotes", []string{"max-age='3600'"}, CacheControl{MaxAge: unreadable}},
		{"§4.2.1 plus sign", []string{"max-age=+5"}, CacheControl{MaxAge: unreadable}},
		{"§4.2.1 no argument", []string{"s-maxage"}, CacheControl{SMaxAge: unreadable}},
		{"§4.2.1 empty argument", []string{"max-age="}, CacheControl{MaxAge: unreadable}},
		{"space before =", []string{"max-age =3600"}, CacheControl{MaxAge: unreadable}},
		{"space after =", []string{"max-age= 3600"}, CacheControl{MaxAge: unreadable}},
		{"flag with a wrong argument still works", []string{"no-store=(, private x"}, CacheControl{NoStore: true, Private: true}},
		{"§5.2.2.4 field names", []string{`no-cache="set-cookie, x", private=x`}, CacheControl{NoCache: true, Private: true}},
		{"§5.2.1.2 max-stale without limit", []string{"max-stale"}, CacheControl{MaxStaleAny: true}},
		{"§5.2.1.2 first max-stale counts", []string{"max-stale=5, max-stale"}, CacheControl{MaxStale: seconds(5)}},
		{"tabs", []string{"\tpublic\t,\tmax-age=5"}, CacheControl{Public: true, MaxAge: seconds(5)}},
	} {
		t.Run(c.clause, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ParseCacheControl(c.lines)); diff != "" {
				t.Errorf("ParseCacheControl(%q): -want +got\n%s", c.lines, diff)
			}
		})
	}
}

func TestParseTargeted(t *testing.T) {
	for _, c := range []struct {
		clause string
		lines  []string
		want   CacheControl
		ok     bool
	}{
		{"§2.1 absent", nil, CacheControl{}, false},
		{"§2.1 empty is ignored", []string{""}, CacheControl{}, false},
		{"§2.1 only spaces", []string{"  "}, CacheControl{}, false},
		{"§2.1 integer", []string{"max-age=3600"}, CacheControl{MaxAge: seconds(3600)}, true},
		{"§2.1 lines combined", []string{"max-age=1", "no-store"}, CacheControl{MaxAge: seconds(1), NoStore: true}, true},
		{"§2.1 boolean false", []string{"no-store=?0, max-age=1"}, CacheControl{MaxAge: seconds(1)}, true},
		{"§2.1 parameters ignored", []string{"max-age=1;foo=bar"}, CacheControl{MaxAge: seconds(1)}, true},
		{"§2.1 unknown directive", []string{"foobar, max-age=1"}, CacheControl{MaxAge: seconds(1)}, true},
		{"§3.1 unknown directive alone is a value", []string{"none"}, CacheControl{}, true},
		{"§2.1 large", []string{"max-age=99999999999"}, CacheControl{MaxAge: seconds(1 << 31)}, true},
		{"§2.1 negative is no lifetime", []string{"max-age=-5"}, CacheControl{MaxAge: seconds(0)}, true},
		{"§2.1 qualified no-cache", []string{`no-cache="a, b"`}, CacheControl{NoCache: true}, true},
		{"§2.1 last of two (RFC 9651 §4.2.2)", []string{"max-age=1, max-age=2"}, CacheControl{MaxAge: seconds(2)}, true},
		{"§2.1 wrong type: string", []string{`max-age="3600"`}, CacheControl{}, false},
		{"§2.1 wrong type: decimal", []string{"max-age=3600.0"}, CacheControl{}, false},
		{"§2.1 wrong type: list", []string{"max-age=(1 2)"}, CacheControl{}, false},
		{"§2.1 wrong type: flag with integer", []string{"no-store=1"}, CacheControl{}, false},
		{"§2.1 wrong type: flag with list", []string{"no-store=(a)"}, CacheControl{}, false},
		{"§2.1 wrong type: flag with string", []string{`public="x"`}, CacheControl{}, false},
		{"§2.1 upper case is no key", []string{"Max-Age=1"}, CacheControl{}, false},
		{"§2.1 space around =", []string{"max-age =1"}, CacheControl{}, false},
		{"§2.1 not a dictionary", []string{"max-age: 1"}, CacheControl{}, false},
		{"§2.1 trailing comma", []string{"max-age=1,"}, CacheControl{}, false},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got, ok := ParseTargeted(c.lines)
			if diff := cmp.Diff(c.want, got); diff != "" || ok != c.ok {
				t.Errorf("ParseTargeted(%q) ok = %v, want %v; -want +got\n%s", c.lines, ok, c.ok, diff)
			}
		})
	}
}

func FuzzParseCacheControl(f *testing.F) {
	f.Add("max-age=1, private", `no-cache="a, b"`)
	f.Add(`a="\", no-store`, "max-age=99999999999999999999")
	f.Fuzz(func(t *testing.T, a, b string) {
		both := ParseCacheControl([]string{a, b})
		first := ParseCacheControl([]string{a})
		if first.NoStore && !both.NoStore || first.Private && !both.Private || first.NoCache && !both.NoCache {
			t.Errorf("a second line %q took back what %q forbids", b, a)
		}
		if first.MaxAge.Present && both.MaxAge != first.MaxAge {
			t.Errorf("a second line %q changed the max-age of %q", b, a)
		}
		for _, s := range []Seconds{both.MaxAge, both.SMaxAge, both.StaleIfError} {
			if s.Value < 0 || s.Value > maxSeconds*time.Second {
				t.Errorf("%v is out of range", s.Value)
			}
		}
	})
}

func FuzzStructuredFields(f *testing.F) {
	f.Add("max-age=1, no-store;a=b")
	f.Add(`params=("a" "b"), except=("c"), key-order`)
	f.Add(`"one", "two";x`)
	f.Add(`max-age=("a");b=:YQ==:, @123, %"f%c3%bc"`)
	f.Fuzz(func(t *testing.T, s string) {
		lines := []string{s}
		if cc, ok := ParseTargeted(lines); !ok && cc != (CacheControl{}) {
			t.Errorf("ParseTargeted(%q) is invalid and says %+v", s, cc)
		}
		if n, ok := ParseNoVarySearch(lines); ok {
			again, ok := ParseNoVarySearch([]string{n.String()})
			if n.String() != "" && (!ok || again.String() != n.String()) {
				t.Errorf("No-Vary-Search %q came back as %q", n, again)
			}
		}
		if groups := ParseGroups(lines); len(groups) > 0 {
			if again := ParseGroups([]string{FormatGroups(groups)}); !cmp.Equal(groups, again) {
				t.Errorf("groups %q came back as %q", groups, again)
			}
		}
	})
}
