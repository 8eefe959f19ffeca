package kit

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
)

// Host is the site that all requests ask.
const Host = "www.example.com"

const query = "page=2&sort=price"

// Path returns the path of page i.
func Path(i int) string { return fmt.Sprintf("/shop/category-%d/list", i) }

// URI returns the path of page i with its query.
func URI(i int) string { return Path(i) + "?" + query }

// Request returns a request for page i as net/http's server hands it over,
// with the four fields that a browser sends.
func Request(i int) *http.Request {
	r := &http.Request{
		Method: http.MethodGet, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		URL: &url.URL{}, Body: http.NoBody, Host: Host, RemoteAddr: "127.0.0.1:40000",
		Header: http.Header{
			"User-Agent":      {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
			"Accept":          {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
			"Accept-Language": {"en-US,en;q=0.5"},
			"Accept-Encoding": {"gzip, deflate, br"},
		},
	}
	Aim(r, Path(i))
	return r
}

// Aim makes r a request for the page at path, without an allocation but for
// the text of its URI.
func Aim(r *http.Request, path string) {
	r.URL.Path, r.URL.RawQuery = path, query
	r.RequestURI = path + "?" + query
}

// Requests returns one request for each of n pages.
func Requests(n int) []*http.Request {
	out := make([]*http.Request, n)
	for i := range out {
		out[i] = Request(i)
	}
	return out
}

// Zipf returns n numbers below pages as visitors ask for pages: a few very
// often, most of them seldom (exponent 1.1). n should be a power of two.
func Zipf(seed uint64, pages, n int) []int32 {
	out := make([]int32, n)
	if pages == 1 {
		return out
	}
	z := rand.NewZipf(rand.New(rand.NewPCG(seed, 2)), 1.1, 1, uint64(pages-1))
	for i := range out {
		out[i] = int32(z.Uint64())
	}
	return out
}
