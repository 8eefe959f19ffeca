package cachepage

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/policy"
)

// FuzzDecodePage: no bytes make the decoder panic, and what it accepts is a
// page that can be sent and that is written again as the same bytes.
func FuzzDecodePage(f *testing.F) {
	life := policy.Life{Fresh: time.Minute, StaleIfError: time.Hour, Validator: true}.At(time.Unix(1000, 0))
	h := http.Header{"Content-Type": {"text/html"}, "X-A": {"1", "2"}}
	plain := content{plain: []byte("hello"), size: 5}
	coded := content{coded: []codedBody{{"gzip", []byte("abc")}, {"br", []byte("de")}}, size: 9}
	for _, c := range []content{plain, coded} {
		head, _ := encodePage(200, life, h, c)
		f.Add(bytes.Join(c.parts(head), nil))
		f.Add(head)
	}
	part := content{plain: []byte("ell"), size: 3, first: 1, whole: 5}
	head, _ := encodePage(206, life, h, part)
	f.Add(bytes.Join(part.parts(head), nil))
	f.Add(bytes.Join(part.parts(head), []byte("too long")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decodePage(b)
		if err != nil {
			return
		}
		p := v.(*page)
		for _, field := range p.fields {
			for _, value := range field.values {
				if strings.ContainsAny(field.name+value, "\r\n\x00") {
					t.Fatalf("field %q: %q could split a response", field.name, value)
				}
			}
		}
		if p.partial() != (p.status == 206) || p.partial() && (p.first < 0 || len(p.body) == 0 || p.first+int64(len(p.body)) > p.whole) {
			t.Fatalf("status %d, %d bytes from %d of %d", p.status, len(p.body), p.first, p.whole)
		}
		c := p.content()
		head, ok := encodePage(p.status, p.life, p.header(), c)
		if !ok {
			return // more than is ever written
		}
		again, err := decodePage(bytes.Join(c.parts(head), nil))
		if err != nil {
			t.Fatalf("written again it does not decode: %v", err)
		}
		if q := again.(*page); q.status != p.status || q.life != p.life || !bytes.Equal(q.body, p.body) || q.first != p.first || q.whole != p.whole || fmt.Sprint(q.header()) != fmt.Sprint(p.header()) {
			t.Fatalf("%v became %v", p, q)
		}
	})
}

// FuzzUnit: two requests have the same key material only if they are the same
// in every part that counts.
func FuzzUnit(f *testing.F) {
	f.Add("", false, "a.example", "/b", "c", "", false, "a.example", "/bc", "")
	f.Add("p", true, "A.example:443", "/", "", "p", true, "a.example.", "/", "")
	f.Add("a", false, "bc", "/", "", "ab", false, "c", "/", "")
	f.Fuzz(func(t *testing.T, prefix1 string, tls1 bool, host1, path1, query1, prefix2 string, tls2 bool, host2, path2, query2 string) {
		a, ok1 := appendSite(nil, prefix1, tls1, host1)
		b, ok2 := appendSite(nil, prefix2, tls2, host2)
		a, b = appendPath(a, path1, query1), appendPath(b, path2, query2)
		if !ok1 || !ok2 {
			return
		}
		canonical := func(host string, https bool) string { return strings.ToLower(canonicalHost(host, https)) }
		same := prefix1 == prefix2 && tls1 == tls2 && path1 == path2 && query1 == query2 && canonical(host1, tls1) == canonical(host2, tls2)
		if bytes.Equal(a, b) != same {
			t.Fatalf("same material: %v, same request: %v", !same, same)
		}
	})
}

// FuzzQuery: the handler sees exactly the parameters that are in the key, and
// none that the rules leave out, by Go's own reading of the query.
func FuzzQuery(f *testing.F) {
	for _, raw := range []string{"", "a=1", "utm_a=1&b=2", "u%74m_a=1&b", "a=1;utm_b=2", "&&=&utm_=", "%zz=1", "a=%zz", "q=1&q=2&utm_x"} {
		f.Add(raw)
	}
	ignore := queryRules{ignore: []string{"utm_*"}}
	only := queryRules{limited: true, only: []string{"q"}}
	f.Fuzz(func(t *testing.T, raw string) {
		for _, q := range []queryRules{ignore, only} {
			kept, ok := q.apply(raw)
			if !ok {
				continue
			}
			all, err := url.ParseQuery(raw)
			if err != nil {
				t.Fatalf("%q was accepted, but %v", raw, err)
			}
			seen, err := url.ParseQuery(kept)
			if err != nil {
				t.Fatalf("%q became %q: %v", raw, kept, err)
			}
			for name := range all {
				if !q.keeps(name) {
					delete(all, name)
				}
			}
			if all.Encode() != seen.Encode() {
				t.Fatalf("%q became %q: the handler sees %v, want %v", raw, kept, seen, all)
			}
			if twice, ok := q.apply(kept); !ok || twice != kept {
				t.Fatalf("%q became %q, and that %q", raw, kept, twice)
			}
		}
	})
}

// FuzzTagPattern: a pattern is refused with a message that quotes it, or gives
// tags in which each place holds its value.
func FuzzTagPattern(f *testing.F) {
	for _, p := range []string{"product:{id}", "{a}{b}", "plain", "{", "}", "{}", "a{b}c}", "{a{b}}", ""} {
		f.Add(p, "7")
	}
	f.Fuzz(func(t *testing.T, pattern, value string) {
		var tag tagPattern
		refusal := func() (v any) {
			defer func() { v = recover() }()
			tag = parseTag(pattern)
			return nil
		}()
		if refusal != nil {
			if text, ok := refusal.(string); !ok || !strings.HasPrefix(text, fmt.Sprintf("cachepage: Tags(%q): ", pattern)) {
				t.Fatalf("panic %v does not quote %q", refusal, pattern)
			}
			return
		}
		r := httptest.NewRequest("GET", "/", nil)
		want := pattern
		for _, name := range tag.names {
			r.SetPathValue(name, value)
			want = strings.ReplaceAll(want, "{"+name+"}", value)
		}
		got, missing := tag.fill(r)
		switch {
		case value == "" && len(tag.names) > 0:
			if missing != tag.names[0] {
				t.Fatalf("%q without a value lacks %q", pattern, missing)
			}
		case strings.ContainsAny(value, "{}"): // a value may look like a place
		case missing != "" || got != want:
			t.Fatalf("%q with %q is %q, want %q", pattern, value, got, want)
		}
	})
}
