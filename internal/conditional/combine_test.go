package conditional

import "testing"

func TestParseContentRange(t *testing.T) {
	for _, c := range []struct {
		clause string
		lines  []string
		want   string // ContentRange back again; "" if refused
	}{
		{"§14.4 range", []string{"bytes 4-9/10"}, "bytes 4-9/10"},
		{"§14.4 unit in any case", []string{" Bytes 0-0/1 "}, "bytes 0-0/1"},
		{"§14.4 unknown size", []string{"bytes 4-9/*"}, ""},
		{"§14.4 unsatisfied", []string{"bytes */10"}, ""},
		{"§14.4 end not below size", []string{"bytes 4-10/10"}, ""},
		{"§14.4 end before start", []string{"bytes 5-4/10"}, ""},
		{"a size that no number holds", []string{"bytes 4-9/99999999999999999999"}, ""},
		{"other unit", []string{"lines 4-9/10"}, ""},
		{"two slashes", []string{"bytes 4-9/10/10"}, ""},
		{"no size", []string{"bytes 4-9"}, ""},
		{"spaces", []string{"bytes 4 - 9/10"}, ""},
		{"absent", nil, ""},
		{"two lines", []string{"bytes 4-9/10", "bytes 4-9/10"}, ""},
	} {
		t.Run(c.clause, func(t *testing.T) {
			r, size, ok := ParseContentRange(c.lines)
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

func TestCombineAcrossCodings(t *testing.T) {
	stored := Part{Range: Range{0, 5}, Size: 10, Header: header(`ETag: "a"`, "Content-Encoding: br")}
	for _, c := range []struct {
		clause string
		fields []string
		want   bool
	}{
		{"RFC 9110 §15.3.7: a 206 to If-Range need not repeat it", nil, true},
		{"the same", []string{"Content-Encoding: br"}, true},
		{"another", []string{"Content-Encoding: gzip"}, false},
	} {
		fresh := Part{Range: Range{5, 5}, Size: 10, Header: header(append(c.fields, `ETag: "a"`)...)}
		if _, ok := Combine(stored, fresh); ok != c.want {
			t.Errorf("%s: got %v, want %v", c.clause, ok, c.want)
		}
	}
}

func TestPartOf(t *testing.T) {
	for _, c := range []struct {
		clause string
		fields []string
		ok     bool
	}{
		{"§14.4", []string{"Content-Range: bytes 4-9/10"}, true},
		{"§14.4 with its length", []string{"Content-Range: bytes 4-9/10", "Content-Length: 6"}, true},
		{"shorter than the range", []string{"Content-Range: bytes 4-9/10", "Content-Length: 5"}, false},
		{"longer than the range", []string{"Content-Range: bytes 4-9/10", "Content-Length: 7"}, false},
		{"two lengths", []string{"Content-Range: bytes 4-9/10", "Content-Length: 6", "Content-Length: 6"}, false},
		{"§15.3.7.2 several parts", []string{"Content-Range: bytes 4-9/10", "Content-Type: Multipart/ByteRanges; boundary=x"}, false},
		{"§14.4 unknown size", []string{"Content-Range: bytes 4-9/*"}, false},
		{"no range", []string{"Content-Length: 6"}, false},
	} {
		p, ok := PartOf(header(c.fields...))
		if ok != c.ok || ok && (p.Range != Range{4, 6} || p.Size != 10) {
			t.Errorf("%s: got %+v, %v; want %v", c.clause, p, ok, c.ok)
		}
	}
}

func TestPartAnswers(t *testing.T) {
	p := Part{Range: Range{2, 4}, Size: 10, Header: header(`ETag: "a"`)}
	for _, c := range []struct {
		clause string
		fields []string
		want   bool
	}{
		{"RFC 9111 §3.3 all of it", []string{"Range: bytes=2-5"}, true},
		{"within", []string{"Range: bytes=3-4"}, true},
		{"two that add up", []string{"Range: bytes=2-3,4-5"}, true},
		{"two apart", []string{"Range: bytes=2-2,4-4"}, false},
		{"begins before", []string{"Range: bytes=1-3"}, false},
		{"ends after", []string{"Range: bytes=3-6"}, false},
		{"to the end", []string{"Range: bytes=3-"}, false},
		{"suffix", []string{"Range: bytes=-3"}, false},
		{"§14.1.2 unsatisfiable: not within either", []string{"Range: bytes=10-"}, false},
		{"no range", nil, false},
		{"malformed", []string{"Range: bytes=x"}, false},
		{"§13.1.5 If-Range holds", []string{"Range: bytes=2-5", `If-Range: "a"`}, true},
		{"§13.1.5 If-Range does not", []string{"Range: bytes=2-5", `If-Range: "b"`}, false},
		{"§13.1.5 weak If-Range", []string{"Range: bytes=2-5", `If-Range: W/"a"`}, false},
	} {
		if got := p.Answers(header(c.fields...)); got != c.want {
			t.Errorf("%s: got %v, want %v", c.clause, got, c.want)
		}
	}
}

func TestAsksOne(t *testing.T) {
	for value, want := range map[string]bool{
		"bytes=0-1": true, "bytes=5-": true, "bytes=-5": true, "BYTES=0-0": true,
		"bytes=0-1,3-4": false, "bytes=0-1,": false, "bytes=-0": false, "bytes=": false, "bytes=1-0": false, "lines=0-1": false,
	} {
		if got := AsksOne(header("Range: " + value)); got != want {
			t.Errorf("%s: got %v, want %v", value, got, want)
		}
	}
	if AsksOne(header()) || AsksOne(header("Range: bytes=0-1", "Range: bytes=0-1")) {
		t.Error("none, or two lines, taken for one range")
	}
}

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 4-9/10")
	f.Fuzz(func(t *testing.T, value string) {
		r, size, ok := ParseContentRange([]string{value})
		if ok && (r.Start < 0 || r.Length <= 0 || r.end() > size) {
			t.Errorf("%q gives %+v of %d", value, r, size)
		}
	})
}
