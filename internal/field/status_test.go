package field

import (
	"net/http"
	"slices"
	"testing"

	"github.com/dunglas/httpsfv"
	"github.com/google/go-cmp/cmp"
)

func TestAppendCacheStatus(t *testing.T) {
	for _, c := range []struct {
		clause string
		status Status
		want   string
	}{
		{"§2.1 hit", Status{Cache: "larder", Hit: true}, "larder; hit"},
		{"§2.4 ttl", Status{Cache: "larder", Hit: true, HasTTL: true, TTL: 376}, "larder; hit; ttl=376"},
		{"§2.4 stale", Status{Cache: "larder", Hit: true, HasTTL: true, TTL: -412}, "larder; hit; ttl=-412"},
		{"§2.4 ttl 0 is said", Status{Cache: "larder", Hit: true, HasTTL: true}, "larder; hit; ttl=0"},
		{"§2.2 miss", Status{Cache: "larder", Fwd: "uri-miss", FwdStatus: 200, Stored: true}, "larder; fwd=uri-miss; fwd-status=200; stored"},
		{"§2.6 collapsed", Status{Cache: "larder", Fwd: "uri-miss", Collapsed: true}, "larder; fwd=uri-miss; collapsed"},
		{"§2.7 key, §2.8 token", Status{Cache: "larder", Fwd: "bypass", Key: `a"b\c`, Detail: "set-cookie"}, `larder; fwd=bypass; key="a\"b\\c"; detail=set-cookie`},
		{"§2.8 text", Status{Cache: "larder", Fwd: "bypass", Detail: "cookie sessionid"}, `larder; fwd=bypass; detail="cookie sessionid"`},
		{"name that is no token", Status{Cache: "my cache", Hit: true}, `"my cache"; hit`},
		{"digit first is no token", Status{Cache: "1a", Hit: true}, `"1a"; hit`},
		{"beyond ASCII", Status{Cache: "c", Detail: "fü\n"}, `c; detail="f???"`},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got := string(AppendCacheStatus(nil, c.status))
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if _, err := httpsfv.UnmarshalList([]string{got}); err != nil {
				t.Errorf("%s is no structured list: %v", got, err)
			}
		})
	}
}

func TestAddCacheStatusAppendsWithoutTouchingSharedSlices(t *testing.T) {
	shared := make([]string, 1, 4)
	shared[0] = "origin; hit"
	h := http.Header{"Cache-Status": shared}
	AddCacheStatus(h, Status{Cache: "larder", Hit: true})
	if diff := cmp.Diff([]string{"origin; hit", "larder; hit"}, h["Cache-Status"]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if shared[:2][1] != "" {
		t.Errorf("the shared slice was written to: %q", shared[:2])
	}
}

func TestParseGroups(t *testing.T) {
	many := make([]string, MaxGroups+5)
	for i := range many {
		many[i] = `"g"`
	}
	for _, c := range []struct {
		clause string
		lines  []string
		want   []string
	}{
		{"absent", nil, nil},
		{"empty", []string{""}, nil},
		{"§2 strings, with regard to case", []string{`"Scripts", "scripts"`}, []string{"Scripts", "scripts"}},
		{"§2 lines combined", []string{`"a"`, `"b"`}, []string{"a", "b"}},
		{"§2 parameters ignored", []string{`"a";x=1`}, []string{"a"}},
		{"§2 escapes", []string{`"a\"b"`}, []string{`a"b`}},
		{"token is no string", []string{`"a", b`}, nil},
		{"inner list is no string", []string{`("a")`}, nil},
		{"malformed", []string{`"a`}, nil},
	} {
		t.Run(c.clause, func(t *testing.T) {
			if diff := cmp.Diff(c.want, ParseGroups(c.lines)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	if got := len(ParseGroups(many)); got != MaxGroups {
		t.Errorf("%d groups, want the first %d", got, MaxGroups)
	}
}

func TestFormatGroups(t *testing.T) {
	if got, want := FormatGroups([]string{"a", `q"`, "ü", "b c"}), `"a", "q\"", "b c"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := FormatGroups([]string{"\n"}); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}

func TestParseNoVarySearch(t *testing.T) {
	for _, c := range []struct {
		rule  string
		lines []string
		want  NoVarySearch
		ok    bool
	}{
		{"absent", nil, NoVarySearch{}, false},
		{"empty dictionary", []string{""}, NoVarySearch{}, true},
		{"key-order", []string{"key-order"}, NoVarySearch{KeyOrder: true}, true},
		{"key-order false", []string{"key-order=?0"}, NoVarySearch{}, true},
		{"all parameters", []string{"params"}, NoVarySearch{All: true}, true},
		{"params false", []string{"params=?0"}, NoVarySearch{}, true},
		{"some parameters", []string{`params=("a" "b")`}, NoVarySearch{Ignore: []string{"a", "b"}}, true},
		{"all but some", []string{`params, except=("id")`}, NoVarySearch{All: true, Except: []string{"id"}}, true},
		{"names decoded", []string{`params=("a+b" "%C3%BC" "50%")`}, NoVarySearch{Ignore: []string{"a b", "ü", "50%"}}, true},
		{"unknown keys ignored", []string{"foo=1, key-order"}, NoVarySearch{KeyOrder: true}, true},
		{"key-order of a wrong type", []string{"key-order=1"}, NoVarySearch{}, false},
		{"params of a wrong type", []string{`key-order, params="a"`}, NoVarySearch{}, false},
		{"params with a token", []string{"params=(a)"}, NoVarySearch{}, false},
		{"except without params", []string{`except=("a")`}, NoVarySearch{}, false},
		{"except with a list of params", []string{`params=("a"), except=("b")`}, NoVarySearch{}, false},
		{"except of a wrong type", []string{"params, except"}, NoVarySearch{}, false},
		{"malformed", []string{"params=("}, NoVarySearch{}, false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got, ok := ParseNoVarySearch(c.lines)
			if diff := cmp.Diff(c.want, got); diff != "" || ok != c.ok {
				t.Errorf("ok = %v, want %v; -want +got\n%s", ok, c.ok, diff)
			}
		})
	}
}

func TestNoVarySearchIgnores(t *testing.T) {
	if n := (NoVarySearch{Ignore: []string{"utm"}}); !n.Ignores("utm") || n.Ignores("id") {
		t.Error("a list ignores what it lists and nothing else")
	}
	if n := (NoVarySearch{All: true, Except: []string{"id"}}); !n.Ignores("utm") || n.Ignores("id") {
		t.Error("all but id ignores everything but id")
	}
}

func TestNoVarySearchString(t *testing.T) {
	for _, c := range []struct {
		n    NoVarySearch
		want string
	}{
		{NoVarySearch{}, ""},
		{NoVarySearch{KeyOrder: true, Ignore: []string{"a b", "ü"}}, `key-order, params=("a+b" "%C3%BC")`},
		{NoVarySearch{All: true}, "params"},
		{NoVarySearch{All: true, Except: []string{"id"}}, `params, except=("id")`},
	} {
		if got := c.n.String(); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.n, got, c.want)
		}
	}
}

func TestNegotiate(t *testing.T) {
	offers := []string{"br", "gzip"}
	for _, c := range []struct {
		clause string
		accept []string
		want   string
	}{
		{"absent", nil, "identity"},
		{"§12.5.3 empty wants none", []string{""}, "identity"},
		{"server's order among equals", []string{"gzip, deflate, br"}, "br"},
		{"weight decides", []string{"br;q=0.5, gzip;q=0.8"}, "gzip"},
		{"three digits", []string{"br;q=0.801, gzip;q=0.802"}, "gzip"},
		{"lines combined", []string{"deflate", "gzip"}, "gzip"},
		{"q=0 refuses", []string{"br;q=0, gzip;q=0.000"}, "identity"},
		{"star", []string{"*"}, "br"},
		{"star but", []string{"br;q=0, *"}, "gzip"},
		{"identity preferred", []string{"identity, gzip;q=0.5"}, "identity"},
		{"equal to identity", []string{"identity;q=0.5, gzip;q=0.5"}, "gzip"},
		{"unlisted identity comes last", []string{"gzip;q=0.002"}, "gzip"},
		{"nothing acceptable", []string{"deflate, identity;q=0"}, ""},
		{"star refuses all", []string{"*;q=0"}, ""},
		{"star refuses, identity named", []string{"*;q=0, identity;q=0.1"}, "identity"},
		{"case", []string{"GZip"}, "gzip"},
		{"§8.4.1.3 old name", []string{"X-GZIP"}, "gzip"},
		{"spaces", []string{" gzip ; q=1.0 "}, "gzip"},
		{"malformed weight is ignored", []string{"gzip;q=2, br;q=x"}, "identity"},
		{"weight above one", []string{"gzip;q=1.001"}, "identity"},
		{"four digits", []string{"gzip;q=0.1234"}, "identity"},
		{"letter in a weight", []string{"gzip;q=0.1a"}, "identity"},
		{"weight without point", []string{"gzip;q=01"}, "identity"},
		{"parameter is no weight", []string{"gzip;level=1"}, "identity"},
	} {
		t.Run(c.clause, func(t *testing.T) {
			if got := Negotiate(c.accept, offers); got != c.want {
				t.Errorf("Negotiate(%q) = %q, want %q", c.accept, got, c.want)
			}
		})
	}
}

func TestEndToEnd(t *testing.T) {
	h := http.Header{
		"Connection": {"close, a", "X-Foo"}, "A": {"1"}, "X-Foo": {"2"}, "C": {"3"},
		"Keep-Alive": {"x"}, "Te": {"x"}, "Trailer": {"x"}, "Transfer-Encoding": {"x"}, "Upgrade": {"x"},
		"Proxy-Authenticate": {"x"}, "Proxy-Authentication-Info": {"x"}, "Proxy-Authorization": {"x"}, "Proxy-Connection": {"x"},
	}
	got := EndToEnd(h)
	if diff := cmp.Diff(http.Header{"C": {"3"}}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if len(h) != 13 {
		t.Error("the argument was changed")
	}
	h["C"] = slices.Grow(h["C"], 4)
	clipped := EndToEnd(h)["C"]
	if cap(clipped) != len(clipped) {
		t.Error("an append would write into the original slice")
	}
}

func TestValid(t *testing.T) {
	for name, want := range map[string]bool{"": false, "X-Foo": true, "a b": false, "a:": false, "a\n": false, "ü": false, "!#$%&'*+-.^_`|~09": true} {
		if got := ValidName(name); got != want {
			t.Errorf("ValidName(%q) = %v", name, got)
		}
	}
	for value, want := range map[string]bool{"": true, "a\tb": true, "fü": true, "a\r": false, "a\nb": false, "a\x00": false, "\x7f": false, "\a": false} {
		if got := ValidValue(value); got != want {
			t.Errorf("ValidValue(%q) = %v", value, got)
		}
	}
}
