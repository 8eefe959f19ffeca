package cachepage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

// TestE3_23_24StrictHidesWhatIsNotInTheKey shows what the handler of a cached
// route sees of a request with and without Strict.
func TestE3_23_24StrictHidesWhatIsNotInTheKey(t *testing.T) {
	request := http.Header{
		"X-Forwarded-Host": {"evil.example"}, "X-Original-Url": {"/admin"}, "Forwarded": {"host=evil.example"},
		"X-Forwarded-Uri": {"/admin"}, "X-Http-Host-Override": {"evil.example"},
		"Cookie": {"lang=de; tracking=1", "theme=dark"}, "Accept-Language": {"de"},
	}
	tests := []struct {
		name string
		opts []cachepage.Option
		want map[string]string
	}{
		{"without it everything arrives", nil,
			map[string]string{"X-Forwarded-Host": "evil.example", "X-Original-Url": "/admin", "Forwarded": "host=evil.example", "Cookie": "lang=de; tracking=1", "Accept-Language": "de"}},
		{"strict", []cachepage.Option{cachepage.Strict()},
			map[string]string{"X-Forwarded-Host": "", "X-Original-Url": "", "Forwarded": "", "X-Forwarded-Uri": "", "X-Http-Host-Override": "", "Cookie": "", "Accept-Language": "de"}},
		{"what the route varies on stays", []cachepage.Option{cachepage.Strict(), cachepage.VaryOn("X-Forwarded-Host"), cachepage.VaryOnCookie("lang", "theme")},
			map[string]string{"X-Forwarded-Host": "evil.example", "X-Original-Url": "", "Cookie": "lang=de; theme=dark"}},
		{"the whole Cookie, if it is varied on", []cachepage.Option{cachepage.Strict(), cachepage.VaryOn("Cookie")},
			map[string]string{"Cookie": "lang=de; tracking=1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := larder.Open(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			var seen http.Header
			h := c.CachePage(time.Minute, tt.opts...)(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r.Header.Clone() }))
			r := httptest.NewRequest("GET", "/", nil)
			r.Header = request.Clone()
			h.ServeHTTP(httptest.NewRecorder(), r)
			for name, want := range tt.want {
				if got := seen.Get(name); got != want {
					t.Errorf("handler sees %s: %q, want %q", name, got, want)
				}
			}
			if r.Header.Get("Cookie") != request.Get("Cookie") {
				t.Error("the visitor's own request was changed")
			}
		})
	}
}

// TestStrictHoldsForWhateverLeavesAPage: an answer to HEAD or POST may become
// part of what others get.
func TestStrictHoldsForWhateverLeavesAPage(t *testing.T) {
	s := newSite(t)
	h := s.CachePage(0, cachepage.FollowOrigin(), cachepage.Strict())(&view{serve: func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "max-age=10")
		h.Set("Etag", `"1"`)
		h.Set("Content-Location", r.URL.Path)
		h.Set("Link", "<//"+r.Header.Get("X-Forwarded-Host")+">")
	}})
	for _, method := range []string{"HEAD", "POST"} {
		get(h, "/p")
		s.clock.Advance(11 * time.Second)
		do(h, method, "/p", "X-Forwarded-Host: evil.example")
		want(t, "Link after "+method, get(h, "/p").get("Link"), "<//>")
	}
}

func TestStatusKeyIsToldOnlyWhenAsked(t *testing.T) {
	for _, asked := range []bool{false, true} {
		c, err := larder.Open(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		var opts []cachepage.Option
		if asked {
			opts = append(opts, cachepage.StatusKey())
		}
		h := c.CachePage(time.Minute, opts...)(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		var keys []string
		for range 2 {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
			_, after, _ := strings.Cut(w.Header().Get("Cache-Status"), "; key=")
			key, _, _ := strings.Cut(after, ";")
			keys = append(keys, key)
		}
		if told := keys[0] != ""; told != asked || keys[0] != keys[1] {
			t.Errorf("asked %v: keys of miss and hit are %q", asked, keys)
		}
	}
}
