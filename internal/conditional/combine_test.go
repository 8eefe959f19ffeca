package conditional

import "testing"

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

func FuzzContentRange(f *testing.F) {
	f.Add("bytes 4-9/10", int64(6))
	f.Fuzz(func(t *testing.T, value string, length int64) {
		r, size, ok := ParseContentRange([]string{value}, length)
		if ok && (r.Start < 0 || r.Length != length || r.end() > size || length <= 0) {
			t.Errorf("%q with %d bytes gives %+v of %d", value, length, r, size)
		}
	})
}
