package fragment

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

type pointed struct{ s string }

func (p *pointed) String() string { return p.s }

// hollow panics when it is asked for its text.
type hollow struct{ *pointed }

type badText struct{}

func (badText) MarshalText() ([]byte, error) { return nil, errOops }

func TestAppendVary(t *testing.T) {
	berlin := time.FixedZone("", 3600)
	var self []any
	self = append(self, nil)
	self[0] = self
	seven := 7
	for _, c := range []struct {
		in   any
		want string // "" for an error
	}{
		{nil, "n0:"},
		{(*int)(nil), "n1:*"},
		{(*url.URL)(nil), "n1:*"},
		{"", "s0:"},
		{"a:b", "s3:a:b"},
		{"ü", "s2:ü"},
		{[]byte("ab"), "s2:ab"},
		{true, "b4:true"},
		{false, "b5:false"},
		{7, "i1:7"},
		{int8(-7), "i2:-7"},
		{uint64(math.MaxUint64), "i20:18446744073709551615"},
		{color(1), "i1:1"},
		{&seven, "i1:7"},
		{1.5, "f3:1.5"},
		{float32(0.1), "f3:0.1"},
		{1.0, "f1:1"},
		{time.Minute, "i11:60000000000"},
		{time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC), "t30:2026-01-02T03:04:05.000000006Z"},
		{time.Date(2026, 1, 2, 3, 4, 5, 0, berlin), "t25:2026-01-02T03:04:05+01:00"},
		{netip.MustParseAddr("::1"), "s3:::1"},
		{big.NewInt(5), "s1:5"},
		{&url.URL{Host: "x"}, "s3://x"},
		{url.URL{Host: "x"}, "s3://x"},
		{pointed{"p"}, "s1:p"},
		{[]string{"a", "b"}, "l2:s1:as1:b"},
		{[]string{"ab"}, "l1:s2:ab"},
		{[]string{}, "l0:"},
		{[]string(nil), "l0:"},
		{[2]int{1, 2}, "l2:i1:1i1:2"},
		{[]any{1, "1", nil, []int{}}, "l4:i1:1s1:1n0:l0:"},
		{map[string]int{}, ""},
		{map[string]int(nil), "n1:*"},
		{struct{}{}, ""},
		{func() {}, ""},
		{1i, ""},
		{self, ""},
		{[]any{struct{}{}}, ""},
		{badText{}, ""},
		{hollow{}, ""},
		{[]any{hollow{}}, ""},
	} {
		got, err := appendVary(nil, c.in)
		if c.want == "" {
			if err == nil {
				t.Errorf("%T %v: got %q, want an error", c.in, c.in, got)
			}
			continue
		}
		if err != nil || string(got) != c.want {
			t.Errorf("%T %v: got %q, %v, want %q", c.in, c.in, got, err, c.want)
		}
	}
}

func TestKey(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Key("side"), "fragment:s4:side"},
		{Key("side", 7, "de"), "fragment:s4:sidei1:7s2:de"},
		{Key("side", []string{"a", "b"}), "fragment:s4:sidel2:s1:as1:b"},
		{Key("x", map[int]int{}), "fragment:!"},
		{Key(strings.Repeat("x", 300))[:10], "fragment:#"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	long := strings.Repeat("x", 300)
	keys := map[string]bool{}
	for _, k := range []string{Key(long), Key(long, 1), Key(long, "1"), Key("s", long), Key("s"), Key("s", nil), Key("s", "nil"), Key("s", "a", "b"), Key("s", "ab"), Key("sa", "b")} {
		keys[k] = true
		if len(k) > maxTag {
			t.Errorf("%q is longer than %d", k, maxTag)
		}
	}
	if len(keys) != 10 {
		t.Errorf("different values share a key: %v", keys)
	}
}

func TestLifetime(t *testing.T) {
	for _, c := range []struct {
		in   any
		want time.Duration
	}{
		{nil, math.MaxInt64}, {0, 0}, {900, 15 * time.Minute}, {uint8(2), 2 * time.Second}, {0.5, time.Second / 2}, {-1, -time.Second},
		{"15m", 15 * time.Minute}, {"-1s", -time.Second}, {time.Hour, time.Hour}, {math.MaxInt, math.MaxInt64}, {1e300, math.MaxInt64}, {math.Inf(-1), math.MinInt64},
	} {
		if got, err := lifetime(c.in); err != nil || got != c.want {
			t.Errorf("%T %v: got %v, %v, want %v", c.in, c.in, got, err, c.want)
		}
	}
	for _, in := range []any{"", "15", "soon", true, math.NaN(), []int{1}, struct{}{}} {
		if got, err := lifetime(in); !errors.Is(err, errTTL) {
			t.Errorf("%T %v: got %v, %v, want an error", in, in, got, err)
		}
	}
}

// FuzzVary: two lists of vary values have the same key only if they are equal.
func FuzzVary(f *testing.F) {
	f.Add("a", "b", int64(1), "ab", "", int64(1))
	f.Add("s1:a", "", int64(0), "", "s1:a", int64(0))
	f.Fuzz(func(t *testing.T, a1, a2 string, a3 int64, b1, b2 string, b3 int64) {
		same := a1 == b1 && a2 == b2 && a3 == b3
		if (Key("n", a1, a2, a3) == Key("n", b1, b2, b3)) != same {
			t.Errorf("%q and %q", Key("n", a1, a2, a3), Key("n", b1, b2, b3))
		}
		if (Key(a1, a2, []string{a1, a2}) == Key(b1, b2, []string{b1, b2})) != (a1 == b1 && a2 == b2) {
			t.Error(fmt.Sprint("names are no part of the values: ", a1, a2, b1, b2))
		}
	})
}
