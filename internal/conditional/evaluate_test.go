package conditional

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

const (
	earlier = "Sun, 22 Nov 2026 09:00:00 GMT"
	changed = "Sun, 22 Nov 2026 10:00:00 GMT"
	later   = "Sun, 22 Nov 2026 11:00:00 GMT"
	sent    = "Sun, 22 Nov 2026 12:00:00 GMT"
)

// header makes a header of "Name: value" texts.
func header(fields ...string) http.Header {
	h := http.Header{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ":")
		h.Add(name, strings.TrimPrefix(value, " "))
	}
	return h
}

func TestPreconditions(t *testing.T) {
	tagged := header(`ETag: "a"`, "Last-Modified: "+changed, "Date: "+sent)
	weakly := header(`ETag: W/"a"`, "Date: "+sent)
	dated := header("Last-Modified: "+changed, "Date: "+sent)
	undated := header("Date: " + sent)
	bare := header()
	for _, c := range []struct {
		clause  string
		request http.Header
		stored  http.Header
		want    Outcome
	}{
		{"no precondition", header(), tagged, Full},

		{"§13.1.1 If-Match matches", header(`If-Match: "b", "a"`), tagged, Full},
		{"§13.1.1 If-Match does not", header(`If-Match: "b"`), tagged, PreconditionFailed},
		{"§13.1.1 If-Match compares strongly", header(`If-Match: W/"a"`), weakly, PreconditionFailed},
		{"§13.1.1 If-Match *", header("If-Match: *"), bare, Full},
		{"§13.1.1 If-Match without a stored tag", header(`If-Match: "a"`), dated, PreconditionFailed},
		{"malformed If-Match is ignored", header("If-Match: b"), tagged, Full},

		{"§13.1.4 unmodified", header("If-Unmodified-Since: " + changed), tagged, Full},
		{"§13.1.4 modified", header("If-Unmodified-Since: " + earlier), tagged, PreconditionFailed},
		{"§13.1.4 no modification date", header("If-Unmodified-Since: " + earlier), undated, Full},
		{"§13.1.4 invalid date", header("If-Unmodified-Since: yesterday"), tagged, Full},
		{"§13.2.2 If-Match hides If-Unmodified-Since", header(`If-Match: "a"`, "If-Unmodified-Since: "+earlier), tagged, Full},

		{"§13.1.2 If-None-Match matches", header(`If-None-Match: "a"`), tagged, NotModified},
		{"§13.1.2 does not match", header(`If-None-Match: "b"`), tagged, Full},
		{"§13.1.2 first of several", header(`If-None-Match: "a", "b", "c"`), tagged, NotModified},
		{"§13.1.2 middle of several", header(`If-None-Match: "b", "a", "c"`), tagged, NotModified},
		{"§13.1.2 last of several", header(`If-None-Match: "b","c","a"`), tagged, NotModified},
		{"§13.1.2 over two lines", header(`If-None-Match: "b"`, `If-None-Match: "a"`), tagged, NotModified},
		{"§13.1.2 compares weakly", header(`If-None-Match: W/"a"`), tagged, NotModified},
		{"§13.1.2 compares weakly, stored weak", header(`If-None-Match: "a"`), weakly, NotModified},
		{"§13.1.2 *", header("If-None-Match: *"), bare, NotModified},
		{"§13.1.2 empty members", header(`If-None-Match: , "a",`), tagged, NotModified},
		{"§8.8.3 comma and backslash in a tag", header(`If-None-Match: "x,\", "a"`), tagged, NotModified},
		{"§8.8.3 beyond ASCII", header(`If-None-Match: "ü"`), header(`ETag: "ü"`), NotModified},
		{"§8.8.3 space in a tag", header(`If-None-Match: "a b"`), header(`ETag: "a b"`), Full},
		{"§8.8.3 case counts", header(`If-None-Match: "A"`), tagged, Full},
		{"§8.8.3 w is not W", header(`If-None-Match: w/"a"`), weakly, Full},
		{"malformed If-None-Match is ignored", header("If-None-Match: a"), tagged, Full},
		{"half malformed If-None-Match is ignored", header(`If-None-Match: "a", b`), tagged, Full},
		{"tags without comma", header(`If-None-Match: "b" "a"`), tagged, Full},
		{"open tag", header(`If-None-Match: "a`), tagged, Full},
		{"empty If-None-Match", header("If-None-Match:"), tagged, Full},
		{"unquoted stored tag never matches", header(`If-None-Match: "a"`), header("ETag: a"), Full},
		{"two stored tags are none", header(`If-None-Match: "a"`), header(`ETag: "a"`, `ETag: "b"`), Full},

		{"§13.1.3 not modified, same date", header("If-Modified-Since: " + changed), tagged, NotModified},
		{"§13.1.3 not modified, later date", header("If-Modified-Since: " + later), tagged, NotModified},
		{"§13.1.3 modified", header("If-Modified-Since: " + earlier), tagged, Full},
		{"§13.1.3 RFC 850 date", header("If-Modified-Since: Sunday, 22-Nov-26 10:00:00 GMT"), tagged, NotModified},
		{"§13.1.3 RFC 850 date, no stored Date", header("If-Modified-Since: Sunday, 22-Nov-26 10:00:00 GMT"), header("Last-Modified: " + changed), NotModified},
		{"§13.1.3 invalid date", header("If-Modified-Since: 0"), tagged, Full},
		{"§13.1.3 two dates", header("If-Modified-Since: "+later, "If-Modified-Since: "+later), tagged, Full},
		{"§13.1.3 If-None-Match hides it", header(`If-None-Match: "b"`, "If-Modified-Since: "+later), tagged, Full},
		{"§13.1.3 unreadable If-None-Match hides it too", header("If-None-Match: b", "If-Modified-Since: "+later), tagged, Full},
		{"RFC 9111 §4.3.2 Date stands in", header("If-Modified-Since: " + sent), undated, NotModified},
		{"RFC 9111 §4.3.2 Date stands in, earlier", header("If-Modified-Since: " + changed), undated, Full},
		{"no date at all", header("If-Modified-Since: " + sent), bare, Full},

		{"§13.2.2 412 before 304", header(`If-Match: "b"`, `If-None-Match: "a"`), tagged, PreconditionFailed},
		{"§13.2.2 If-Match met, then If-None-Match", header(`If-Match: "a"`, `If-None-Match: "a"`), tagged, NotModified},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got := Evaluate("GET", c.request, Representation{Status: 200, Header: c.stored, Size: 10})
			if got.Outcome != c.want {
				t.Errorf("outcome %d, want %d", got.Outcome, c.want)
			}
			if c.want != Full && !Applies(c.request) {
				t.Error("Applies says that nothing but Full can come of it")
			}
		})
	}
}

func TestMethodAndStatus(t *testing.T) {
	request := header(`If-None-Match: "a"`, "Range: bytes=0-1")
	unmodified := header("If-Modified-Since: "+later, "Range: bytes=0-1")
	stored := header(`ETag: "a"`, "Last-Modified: "+changed)
	for _, c := range []struct {
		clause, method string
		status         int
		request        http.Header
		want           Outcome
	}{
		{"§13.1.2 HEAD", "HEAD", 200, request, NotModified},
		{"§13.1.2 other methods fail", "PUT", 200, request, PreconditionFailed},
		{"§13.1.3 HEAD", "HEAD", 200, unmodified, NotModified},
		{"§13.1.3 other methods ignore it", "PUT", 200, unmodified, Full},
		{"§13.2.1 any 2xx", "GET", 204, request, NotModified},
		{"§13.2.1 not of 404", "GET", 404, request, Full},
		{"§13.2.1 not of 301", "GET", 301, request, Full},
		{"§14.2 Range of HEAD is ignored", "HEAD", 200, header("Range: bytes=0-1"), Full},
		{"§14.2 Range of 203 is ignored", "GET", 203, header("Range: bytes=0-1"), Full},
		{"§14.2 Range of GET", "GET", 200, header("Range: bytes=0-1"), Partial},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got := Evaluate(c.method, c.request, Representation{Status: c.status, Header: stored, Size: 10})
			if got.Outcome != c.want {
				t.Errorf("outcome %d, want %d", got.Outcome, c.want)
			}
		})
	}
}

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
			got := Evaluate("GET", header("Range: "+c.value), Representation{Status: 200, Size: 10})
			text := map[Outcome]string{Full: "full", RangeNotSatisfiable: "416", Partial: got.Range.ContentRange(10)}[got.Outcome]
			if text != c.want {
				t.Errorf("Range: %s gives %s, want %s", c.value, text, c.want)
			}
		})
	}
}

func TestRangeOfAnEmptyBodyIsIgnored(t *testing.T) {
	for _, value := range []string{"bytes=0-", "bytes=-5"} {
		if got := Evaluate("GET", header("Range: "+value), Representation{Status: 200}); got.Outcome != Full {
			t.Errorf("%s: outcome %d, want Full", value, got.Outcome)
		}
	}
}

func TestTwoRangeLinesAreIgnored(t *testing.T) {
	request := header("Range: bytes=0-1", "Range: bytes=2-3")
	if got := Evaluate("GET", request, Representation{Status: 200, Size: 10}); got.Outcome != Full {
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
			got := Evaluate("GET", header("Range: bytes=0-1", c.ifr), Representation{Status: 200, Header: c.stored, Size: 10})
			if got.Outcome != c.want {
				t.Errorf("outcome %d, want %d", got.Outcome, c.want)
			}
		})
	}
	two := header("Range: bytes=0-1", `If-Range: "a"`, `If-Range: "a"`)
	if got := Evaluate("GET", two, Representation{Status: 200, Header: stored, Size: 10}); got.Outcome != Full {
		t.Errorf("two If-Range lines: outcome %d, want Full", got.Outcome)
	}
}

func TestPreconditionComesBeforeRange(t *testing.T) {
	request := header("Range: bytes=0-1", `If-None-Match: "a"`, `If-Range: "a"`)
	if got := Evaluate("GET", request, Representation{Status: 200, Header: header(`ETag: "a"`), Size: 10}); got.Outcome != NotModified {
		t.Errorf("outcome %d, want NotModified", got.Outcome)
	}
}

func TestAppliesToNothingOfAPlainRequest(t *testing.T) {
	plain := header("Accept: */*", "Cookie: a=b", `If-Range: "a"`)
	if Applies(plain) {
		t.Error("If-Range without Range asks for nothing")
	}
	if n := testing.AllocsPerRun(100, func() { Applies(plain) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestKeeps304(t *testing.T) {
	for name, want := range map[string]bool{
		"Cache-Control": true, "Content-Location": true, "Date": true, "Etag": true, "Expires": true,
		"Last-Modified": true, "Vary": true, "Set-Cookie": true, "Age": true, "Cache-Status": true,
		"Access-Control-Allow-Origin": true,
		"Content-Type":                false, "Content-Length": false, "Content-Encoding": false, "Content-Range": false, "X-Custom": false,
	} {
		if got := Keeps304(name); got != want {
			t.Errorf("Keeps304(%s) = %v", name, got)
		}
	}
}

func TestParseContentRange(t *testing.T) {
	for _, c := range []struct {
		clause string
		lines  []string
		length int64
		want   string // ContentRange back again; "" if refused
	}{
		{"§14.4 range", []string{"bytes 4-9/10"}, 6, "bytes 4-9/10"},
		{"§14.4 unit in any case", []string{" Bytes 0-0/1 "}, 1, "bytes 0-0/1"},
		{"body shorter than the range", []string{"bytes 4-9/10"}, 5, ""},
		{"body longer than the range", []string{"bytes 4-9/10"}, 7, ""},
		{"§14.4 unknown size", []string{"bytes 4-9/*"}, 6, ""},
		{"§14.4 unsatisfied", []string{"bytes */10"}, 0, ""},
		{"§14.4 end not below size", []string{"bytes 4-10/10"}, 7, ""},
		{"§14.4 end before start", []string{"bytes 5-4/10"}, 0, ""},
		{"other unit", []string{"lines 4-9/10"}, 6, ""},
		{"two slashes", []string{"bytes 4-9/10/10"}, 6, ""},
		{"no size", []string{"bytes 4-9"}, 6, ""},
		{"spaces", []string{"bytes 4 - 9/10"}, 6, ""},
		{"absent", nil, 6, ""},
		{"two lines", []string{"bytes 4-9/10", "bytes 4-9/10"}, 6, ""},
	} {
		t.Run(c.clause, func(t *testing.T) {
			r, size, ok := ParseContentRange(c.lines, c.length)
			if got := r.ContentRange(size); ok != (c.want != "") || ok && got != c.want {
				t.Errorf("got %s, %v; want %q", got, ok, c.want)
			}
		})
	}
}

func TestCombine(t *testing.T) {
	part := func(start, end, size int64, etag string) Part {
		return Part{Range: Range{Start: start, Length: end - start + 1}, Size: size, Header: header("ETag: " + etag)}
	}
	for _, c := range []struct {
		clause        string
		stored, fresh Part
		want          string // what is covered; "" if not to be combined
	}{
		{"§3.4 the rest", part(0, 4, 10, `"a"`), part(5, 9, 10, `"a"`), "bytes 0-9/10"},
		{"§3.4 before", part(5, 9, 10, `"a"`), part(2, 4, 10, `"a"`), "bytes 2-9/10"},
		{"§3.4 overlapping", part(0, 4, 10, `"a"`), part(3, 6, 10, `"a"`), "bytes 0-6/10"},
		{"§3.4 within", part(0, 4, 10, `"a"`), part(1, 2, 10, `"a"`), "bytes 0-4/10"},
		{"a gap", part(0, 4, 10, `"a"`), part(6, 9, 10, `"a"`), ""},
		{"§3.4 other tag", part(0, 4, 10, `"a"`), part(5, 9, 10, `"b"`), ""},
		{"§3.4 weak tag", part(0, 4, 10, `W/"a"`), part(5, 9, 10, `W/"a"`), ""},
		{"§3.4 no tag", part(0, 4, 10, ""), part(5, 9, 10, ""), ""},
		{"another size", part(0, 4, 10, `"a"`), part(5, 9, 11, `"a"`), ""},
	} {
		t.Run(c.clause, func(t *testing.T) {
			covered, ok := Combine(c.stored, c.fresh)
			if ok != (c.want != "") || ok && covered.ContentRange(10) != c.want {
				t.Errorf("got %s, %v; want %q", covered.ContentRange(10), ok, c.want)
			}
		})
	}
}

func TestSameTag(t *testing.T) {
	a, weak, none := header(`ETag: "a"`), header(`ETag: W/"a"`), header()
	if !SameStrong(a, a) || SameStrong(a, weak) || SameStrong(weak, weak) || SameStrong(none, none) {
		t.Error("strong comparison (RFC 9110 §8.8.3.2)")
	}
	if !SameWeak(a, weak) || !SameWeak(weak, weak) || SameWeak(none, none) || SameWeak(a, none) {
		t.Error("weak comparison (RFC 9110 §8.8.3.2)")
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
		got := Evaluate("GET", http.Header{"Range": {value}}, Representation{Status: 200, Size: size})
		if r := got.Range; got.Outcome == Partial && (r.Start < 0 || r.Length <= 0 || r.end() > size) {
			t.Errorf("Range: %q of %d bytes gives %+v", value, size, r)
		}
	})
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 4-9/10", int64(6))
	f.Fuzz(func(t *testing.T, value string, length int64) {
		r, size, ok := ParseContentRange([]string{value}, length)
		if ok && (r.Start < 0 || r.Length != length || r.end() > size || length <= 0) {
			t.Errorf("%q with %d bytes gives %+v of %d", value, length, r, size)
		}
	})
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

func ExampleEvaluate() {
	request := http.Header{"If-None-Match": {`"v1"`}}
	stored := Representation{Status: 200, Header: http.Header{"Etag": {`"v1"`}}, Size: 1024}
	fmt.Println(Evaluate("GET", request, stored).Outcome == NotModified)
	// Output: true
}
