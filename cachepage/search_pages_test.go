package cachepage_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/larder-go/larder/cachepage"
)

// modes is a handler for which x matters in every mode but a.
func modes(lines ...string) *view {
	return &view{serve: func(w http.ResponseWriter, r *http.Request) {
		addLines(w.Header(), lines)
		if r.URL.Query().Get("mode") == "a" {
			w.Header().Set("No-Vary-Search", `params=("x")`)
		}
		fmt.Fprint(w, r.URL.RawQuery)
	}}
}

// What one page says of its query holds for that page, not for others of the path.
func TestNoVarySearchOfAnotherPage(t *testing.T) {
	for name, h := range map[string]http.Handler{
		"under a TTL":         newSite(t).cached(modes()),
		"following":           newSite(t).follow(modes("Cache-Control: max-age=60", `Etag: "1"`)),
		"where it compresses": newSite(t).cached(modes(), cachepage.Compress("gzip")),
	} {
		t.Run(name, func(t *testing.T) {
			lessons := 0
			teach := func() {
				lessons++
				get(h, fmt.Sprint("/p?x=0&mode=a&y=", lessons))
			}
			const other = "mode=b&x=1"
			get(h, "/p?mode=b")
			for range 2 {
				teach()
				want(t, "where one was kept before", get(h, "/p?"+other).body, other)
				teach()
				want(t, "a part", get(h, "/p?"+other, "Range: bytes=0-99").body, other)
				teach()
				want(t, "a POST", do(h, "POST", "/p?"+other).body, other)
			}
			teach()
			want(t, "Cache-Status", get(h, "/p?mode=c&x=1").cache(), "larder; fwd=uri-miss; fwd-status=200; detail=no-vary-search")
			want(t, "afterwards", kept(h, func() *http.Request { return request("GET", "/p?mode=c&x=1") }), true)
			want(t, "its own", get(h, "/p?mode=c&x=1").body, "mode=c&x=1")
		})
	}
}

// A page that had been kept before anybody knew the rule stands for other
// queries too, and Purge of those reaches it.
func TestPurgeFindsThePageThatTaughtARule(t *testing.T) {
	for kept, asked := range map[string]string{"/p?a=1": "/p?a=1&utm=2", "/p": "/p?utm=2"} {
		s := newSite(t)
		h := s.cached(numbered(`No-Vary-Search: params=("utm")`))
		get(h, kept)
		want(t, "a hit before", get(h, asked).hit(), true)
		if err := s.Purge(t.Context(), "http://shop.example"+asked); err != nil {
			t.Fatal(err)
		}
		want(t, "hit after Purge", get(h, asked).hit(), false)
	}
}
