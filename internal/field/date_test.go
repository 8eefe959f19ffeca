package field

import (
	"net/http"
	"testing"
	"time"
)

var (
	now2026 = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	sample  = time.Date(1994, 11, 6, 8, 49, 37, 0, time.UTC)
	august  = time.Date(2050, 8, 18, 2, 1, 18, 0, time.UTC)
)

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		clause, in string
		want       time.Time // zero: invalid
	}{
		{"IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", sample},
		{"RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", sample},
		{"asctime", "Sun Nov  6 08:49:37 1994", sample},
		{"asctime, two digits", "Sun Nov 16 08:49:37 1994", sample.AddDate(0, 0, 10)},
		{"case of the weekday", "THU, 18 Aug 2050 02:01:18 GMT", august},
		{"case of the month", "Thu, 18 AUG 2050 02:01:18 GMT", august},
		{"case of the zone", "Thu, 18 Aug 2050 02:01:18 gMT", august},
		{"weekday need not fit", "Mon, 18 Aug 2050 02:01:18 GMT", august},
		{"two digits, within 50 years", "Thursday, 18-Aug-50 02:01:18 GMT", august},
		{"two digits, 50 years ahead", "Sunday, 22-Nov-76 12:00:00 GMT", time.Date(2076, 11, 22, 12, 0, 0, 0, time.UTC)},
		{"two digits, 51 years ahead", "Tuesday, 22-Nov-77 12:00:00 GMT", time.Date(1977, 11, 22, 12, 0, 0, 0, time.UTC)},
		{"leap second", "Sat, 31 Dec 2016 23:59:60 GMT", time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)},
		{"leap day", "Thu, 29 Feb 2024 00:00:00 GMT", time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},

		{"empty", "", time.Time{}},
		{"zero", "0", time.Time{}},
		{"UTC", "Thu, 18 Aug 2050 02:01:18 UTC", time.Time{}},
		{"other zone", "Thu, 18 Aug 2050 02:01:18 AEST", time.Time{}},
		{"offset", "Thu, 18 Aug 2050 02:01:18 +0000", time.Time{}},
		{"no zone", "Thu, 18 Aug 2050 02:01:18", time.Time{}},
		{"two-digit year", "Thu, 18 Aug 50 02:01:18 GMT", time.Time{}},
		{"no comma", "Thu 18 Aug 2050 02:01:18 GMT", time.Time{}},
		{"doubled spaces", "Thu, 18  Aug  2050 02:01:18 GMT", time.Time{}},
		{"dashes", "Thu, 18-Aug-2050 02:01:18 GMT", time.Time{}},
		{"periods", "Thu, 18 Aug 2050 02.01.18 GMT", time.Time{}},
		{"one-digit hour", "Thu, 18 Aug 2050 2:01:18 GMT", time.Time{}},
		{"one-digit day", "Thu, 8 Aug 2050 02:01:18 GMT", time.Time{}},
		{"trailing text", "Thu, 18 Aug 2050 02:01:18 GMT ", time.Time{}},
		{"leading space", " Thu, 18 Aug 2050 02:01:18 GMT", time.Time{}},
		{"no such weekday", "Xyz, 18 Aug 2050 02:01:18 GMT", time.Time{}},
		{"no such month", "Thu, 18 Foo 2050 02:01:18 GMT", time.Time{}},
		{"no such day", "Tue, 30 Feb 2024 00:00:00 GMT", time.Time{}},
		{"day zero", "Tue, 00 Feb 2024 00:00:00 GMT", time.Time{}},
		{"hour 24", "Thu, 18 Aug 2050 24:00:00 GMT", time.Time{}},
		{"minute 60", "Thu, 18 Aug 2050 00:60:00 GMT", time.Time{}},
		{"second 61", "Thu, 18 Aug 2050 00:00:61 GMT", time.Time{}},
		{"letters for digits", "Thu, 1x Aug 2050 00:00:00 GMT", time.Time{}},
		{"cut off", "Thu, 18 Aug 20", time.Time{}},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got, ok := ParseDate(c.in, now2026)
			if !got.Equal(c.want) || ok != !c.want.IsZero() {
				t.Errorf("ParseDate(%q) = %v, %v; want %v", c.in, got, ok, c.want)
			}
		})
	}
}

func TestParseExpires(t *testing.T) {
	const valid = "Thu, 18 Aug 2050 02:01:18 GMT"
	for _, c := range []struct {
		clause  string
		lines   []string
		want    time.Time
		present bool
	}{
		{"absent", nil, time.Time{}, false},
		{"valid", []string{valid}, august, true},
		{"white space around", []string{"\t" + valid + " "}, august, true},
		{"§5.3 zero is past", []string{"0"}, time.Time{}, true},
		{"§5.3 empty is past", []string{""}, time.Time{}, true},
		{"two lines are no date", []string{valid, valid}, time.Time{}, true},
	} {
		t.Run(c.clause, func(t *testing.T) {
			if got, present := ParseExpires(c.lines, now2026); !got.Equal(c.want) || present != c.present {
				t.Errorf("ParseExpires(%q) = %v, %v; want %v, %v", c.lines, got, present, c.want, c.present)
			}
		})
	}
}

func TestParseAge(t *testing.T) {
	for _, c := range []struct {
		clause string
		lines  []string
		want   int64
		ok     bool
	}{
		{"absent", nil, 0, false},
		{"one", []string{"7200"}, 7200, true},
		{"first member", []string{"7200, 0"}, 7200, true},
		{"first line", []string{"0", "7200"}, 0, true},
		{"words", []string{"abc"}, 0, false},
		{"negative", []string{"-7200"}, 0, false},
		{"decimal", []string{"7200.0"}, 0, false},
		{"parameter", []string{"7200;foo=bar"}, 0, false},
		{"first decides, even a bad one", []string{"x, 7200"}, 0, false},
		{"beyond 2^31", []string{"2147483649"}, 1 << 31, true},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got, ok := ParseAge(c.lines)
			if got != time.Duration(c.want)*time.Second || ok != c.ok {
				t.Errorf("ParseAge(%q) = %v, %v; want %d s, %v", c.lines, got, ok, c.want, c.ok)
			}
		})
	}
}

func TestFormatDateIsWholeSecondsGMT(t *testing.T) {
	zone := time.FixedZone("", 3600)
	got := FormatDate(time.Date(1994, 11, 6, 9, 49, 37, 999, zone))
	if want := "Sun, 06 Nov 1994 08:49:37 GMT"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzParseDate(f *testing.F) {
	f.Add("Sun, 06 Nov 1994 08:49:37 GMT")
	f.Add("Sunday, 06-Nov-94 08:49:37 GMT")
	f.Add("Sun Nov  6 08:49:37 1994")
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := ParseDate(s, now2026)
		if !ok {
			return
		}
		if again, ok := ParseDate(got.Format(http.TimeFormat), now2026); !ok || !again.Equal(got) {
			t.Errorf("ParseDate(%q) = %v, which comes back as %v, %v", s, got, again, ok)
		}
	})
}
