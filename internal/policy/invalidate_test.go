package policy

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestInvalidates(t *testing.T) {
	for _, c := range []struct {
		clause, method string
		status         int
		want           bool
	}{
		{"§4.4 POST", "POST", 200, true},
		{"§4.4 PUT", "PUT", 204, true},
		{"§4.4 DELETE and a redirect", "DELETE", 303, true},
		{"§4.4 unknown method", "M-SEARCH", 200, true},
		{"§4.4 lower case is unknown", "get", 200, true},
		{"§4.4 client error", "POST", 400, false},
		{"§4.4 server error", "POST", 500, false},
		{"§4.4 interim", "POST", 103, false},
		{"§4.4 GET is safe", "GET", 200, false},
		{"§4.4 HEAD is safe", "HEAD", 200, false},
		{"§4.4 OPTIONS is safe", "OPTIONS", 204, false},
		{"§4.4 QUERY is safe", "QUERY", 200, false},
	} {
		if got := Invalidates(c.method, c.status); got != c.want {
			t.Errorf("%s: got %v", c.clause, got)
		}
	}
}

func TestInvalidatedURLs(t *testing.T) {
	const target = "https://user:pw@Shop.example/a/b?q=1#f"
	const self = "https://shop.example/a/b?q=1"
	for _, c := range []struct {
		clause string
		fields []string
		want   []string
	}{
		{"§4.4 the target", nil, []string{self}},
		{"§4.4 relative Location", []string{"Location: c"}, []string{self, "https://shop.example/a/c"}},
		{"§4.4 both", []string{"Location: /x", "Content-Location: /y"}, []string{self, "https://shop.example/x", "https://shop.example/y"}},
		{"§4.4 absolute, same origin", []string{"Location: HTTPS://SHOP.example:443/x"}, []string{self, "https://shop.example:443/x"}},
		{"§4.4 other host", []string{"Location: https://other.example/x"}, []string{self}},
		{"§4.4 other scheme", []string{"Location: http://shop.example/x"}, []string{self}},
		{"§4.4 other port", []string{"Content-Location: https://shop.example:8443/x"}, []string{self}},
		{"each once", []string{"Location: /x", "Content-Location: /x#y"}, []string{self, "https://shop.example/x"}},
		{"what does not parse", []string{"Location: %zz", "Location: /x"}, []string{self, "https://shop.example/x"}},
	} {
		t.Run(c.clause, func(t *testing.T) {
			u, err := url.Parse(target)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, invalid := range InvalidatedURLs(u, header(c.fields...)) {
				got = append(got, invalid.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
	plain, _ := url.Parse("http://shop.example/")
	if got := InvalidatedURLs(plain, header("Location: http://shop.example:80/x")); len(got) != 2 {
		t.Errorf("the default port of http: got %q", got)
	}
}
