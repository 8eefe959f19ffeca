package cachepage_test

import (
	"io"
	"net/http"
	"testing"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

func TestEmitTags(t *testing.T) {
	v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
		larder.Tag(r.Context(), "b", "with space", "with,comma")
		io.WriteString(w, "x")
	}}
	for name, says := range map[string]string{
		"Cache-Groups":  `"a", "b", "with space", "with,comma"`,
		"surrogate-key": "a b with,comma",
		"Cache-Tag":     "a,b",
	} {
		h := newSite(t).cached(v, cachepage.Tags("a"), cachepage.EmitTags(name))
		want(t, name, get(h, "/p").get(name), says)
		want(t, name+" of a hit", get(h, "/p").get(name), says)
	}
	want(t, "without the option", get(newSite(t).cached(v, cachepage.Tags("a")), "/p").get("Cache-Tag"), "")
}

func TestCacheGroups(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		says   string // Cache-Group-Invalidation of the answer
		host   string
		gone   bool
	}{
		"named":                  {"POST", `"news"`, "shop.example", true},
		"among others":           {"POST", `"x", "news"`, "shop.example", true},
		"another one":            {"POST", `"sport"`, "shop.example", false},
		"letter case counts":     {"POST", `"News"`, "shop.example", false},
		"on another origin":      {"POST", `"news"`, "other.example", false},
		"another spelling":       {"POST", `"news"`, "SHOP.example.:80", true},
		"a safe method":          {"OPTIONS", `"news"`, "shop.example", false},
		"no structured field":    {"POST", `news`, "shop.example", false},
		"E5_52 not of a request": {"POST", "", "shop.example", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.cached(&view{serve: func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodGet {
					w.Header().Set("Cache-Group-Invalidation", c.says)
					return
				}
				w.Header().Set("Cache-Groups", `"news"`)
				io.WriteString(w, "x")
			}})
			get(h, "/p")
			do(h, c.method, "http://"+c.host+"/elsewhere", `Cache-Group-Invalidation: "news"`)
			want(t, "gone", !get(h, "/p").hit(), c.gone)
		})
	}
}
