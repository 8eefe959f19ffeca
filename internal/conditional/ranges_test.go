package conditional

import (
	"net/http"
	"strings"
	"testing"
)

func TestRanges(t *testing.T) {
	many := "bytes=" + strings.TrimSuffix(strings.Repeat("0-0,", maxRanges), ",")
	for _, c := range []struct {
		clause, value string
		want          string // Content-Range, "full" or "416"
	}{
		{"§14.1.2 first to last", "bytes=0-1", "bytes 0-1/10"},
		{"§14.1.2 one byte", "bytes=9-9", "bytes 9-9/10"},
		{"§14.1.2 open end", "bytes=4-", "bytes 4-9/10"},
		{"§14.1.2 beyond the end", "bytes=4-99", "bytes 4-9/10"},
		{"§14.1.2 suffix", "bytes=-3", "bytes 7-9/10"},
		{"§14.1.2 suffix longer than the body", "bytes=-30", "bytes 0-9/10"},
		{"§14.1 unit in any case", "BYTES=0-1", "bytes 0-1/10"},
		{"beyond 64 bits", "bytes=0-99999999999999999999999", "bytes 0-9/10"},
		{"white space", " bytes= 0-1 , ", "bytes 0-1/10"},

		{"§14.1.2 start beyond the end", "bytes=10-", "416"},
		{"§14.1.2 empty suffix", "bytes=-0", "416"},
		{"start beyond 64 bits", "bytes=99999999999999999999999-", "416"},
		{"all beyond the end", "bytes=10-11, 20-", "416"},

		{"§14.2 unknown unit", "lines=0-1", "full"},
		{"§14.1.1 end before start", "bytes=5-4", "full"},
		{"no unit", "0-1", "full"},
		{"no range", "bytes=", "full"},
		{"no dash", "bytes=5", "full"},
		{"letters", "bytes=a-b", "full"},
		{"sign", "bytes=+1-2", "full"},
		{"negative", "bytes=--1", "full"},
		{"lone dash", "bytes=-", "full"},
		{"one of two malformed", "bytes=0-1, x", "full"},

		{"§14.2 overlapping ranges are one", "bytes=4-6, 0-5", "bytes 0-6/10"},
		{"§14.2 touching ranges are one", "bytes=0-4,5-6", "bytes 0-6/10"},
		{"§14.2 range within a range", "bytes=0-8,2-3", "bytes 0-8/10"},
		{"one satisfiable of two", "bytes=0-1,20-30", "bytes 0-1/10"},
		{"§14.2 ranges apart", "bytes=0-1,5-6", "full"},
		{"§17.15 as many ranges as allowed", many, "bytes 0-0/10"},
		{"§17.15 one range too many", many + ",0-0", "full"},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got := Evaluate("GET", header("Range: "+c.value), true, &Representation{Status: 200, Size: 10})
			text := map[Outcome]string{Full: "full", RangeNotSatisfiable: "416", Partial: got.Range.ContentRange(10)}[got.Outcome]
			if text != c.want {
				t.Errorf("Range: %s gives %s, want %s", c.value, text, c.want)
			}
		})
	}
}

func TestRangeOfAnEmptyBodyIsIgnored(t *testing.T) {
	for _, value := range []string{"bytes=0-", "bytes=-5"} {
		if got := Evaluate("GET", header("Range: "+value), true, &Representation{Status: 200}); got.Outcome != Full {
			t.Errorf("%s: outcome %d, want Full", value, got.Outcome)
		}
	}
}

func TestTwoRangeLinesAreIgnored(t *testing.T) {
	request := header("Range: bytes=0-1", "Range: bytes=2-3")
	if got := Evaluate("GET", request, true, &Representation{Status: 200, Size: 10}); got.Outcome != Full {
		t.Errorf("outcome %d, want Full", got.Outcome)
	}
}

func TestIfRange(t *testing.T) {
	stored := header(`ETag: "a"`, "Last-Modified: "+changed, "Date: "+sent)
	for _, c := range []struct {
		clause string
		ifr    string
		stored http.Header
		want   Outcome
	}{
		{"§13.1.5 strong tag", `If-Range: "a"`, stored, Partial},
		{"§13.1.5 other tag", `If-Range: "b"`, stored, Full},
		{"§13.1.5 weak tag never matches", `If-Range: W/"a"`, header(`ETag: W/"a"`), Full},
		{"§13.1.5 exact date", "If-Range: " + changed, stored, Partial},
		{"§13.1.5 later date is another one", "If-Range: " + later, stored, Full},
		{"§8.8.2.2 date as old as the response is weak", "If-Range: " + changed, header("Last-Modified: "+changed, "Date: "+changed), Full},
		{"§8.8.2.2 date without Date is weak", "If-Range: " + changed, header("Last-Modified: " + changed), Full},
		{"no stored date", "If-Range: " + changed, header("Date: " + sent), Full},
		{"neither tag nor date", "If-Range: a", stored, Full},
		{"empty", "If-Range:", stored, Full},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got := Evaluate("GET", header("Range: bytes=0-1", c.ifr), true, &Representation{Status: 200, Validators: ValidatorsOf(c.stored), Size: 10})
			if got.Outcome != c.want {
				t.Errorf("outcome %d, want %d", got.Outcome, c.want)
			}
		})
	}
	two := header("Range: bytes=0-1", `If-Range: "a"`, `If-Range: "a"`)
	if got := Evaluate("GET", two, true, &Representation{Status: 200, Validators: ValidatorsOf(stored), Size: 10}); got.Outcome != Full {
		t.Errorf("two If-Range lines: outcome %d, want Full", got.Outcome)
	}
}

func TestPreconditionComesBeforeRange(t *testing.T) {
	request := header("Range: bytes=0-1", `If-None-Match: "a"`, `If-Range: "a"`)
	if got := Evaluate("GET", request, true, &Representation{Status: 200, Validators: ValidatorsOf(header(`ETag: "a"`)), Size: 10}); got.Outcome != NotModified {
		t.Errorf("outcome %d, want NotModified", got.Outcome)
	}
}

func TestUnsatisfied(t *testing.T) {
	if got := Unsatisfied(47022); got != "bytes */47022" {
		t.Errorf("got %s", got)
	}
}

func FuzzRange(f *testing.F) {
	f.Add("bytes=0-1,4-", int64(10))
	f.Add("bytes=-5", int64(3))
	f.Fuzz(func(t *testing.T, value string, size int64) {
		got := Evaluate("GET", http.Header{"Range": {value}}, true, &Representation{Status: 200, Size: size})
		if r := got.Range; got.Outcome == Partial && (r.Start < 0 || r.Length <= 0 || r.end() > size) {
			t.Errorf("Range: %q of %d bytes gives %+v", value, size, r)
		}
	})
}
