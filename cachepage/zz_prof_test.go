package cachepage_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/larder-go/larder/cachepage"
)

type nullW struct{ h http.Header }

func (n *nullW) Header() http.Header         { return n.h }
func (n *nullW) Write(b []byte) (int, error) { return len(b), nil }
func (n *nullW) WriteHeader(int)             {}

func BenchmarkZZ(b *testing.B) {
	body := make([]byte, 1024)
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Content-Length", fmt.Sprint(1024))
		w.Write(body)
	})
	for _, c := range []struct {
		name string
		h    http.Handler
	}{
		{"plain", app},
		{"ttl", newSite(b).CachePage(60e9)(app)},
		{"follow", newSite(b).CachePage(0, cachepage.FollowOrigin())(app)},
	} {
		for _, m := range []string{"GET", "POST"} {
			b.Run(c.name+"/"+m, func(b *testing.B) {
				r := httptest.NewRequest(m, "http://shop.example/board", nil)
				w := &nullW{http.Header{}}
				b.ReportAllocs()
				for b.Loop() {
					clear(w.h)
					c.h.ServeHTTP(w, r)
				}
			})
		}
	}
}
