package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cmd/larder/internal/proxy"
)

// BenchmarkPassing compares what the cache cannot keep through three handlers:
// the standard library's ReverseProxy as it is (plain), this command's way to
// the origin, which lends its copy buffers, without the cache (origin), and the
// whole (cached). They take turns before the same origin, so that what else the
// machine does hits all alike, and medians are reported. over-plain-% is what
// larder costs somebody who had a plain ReverseProxy, goal less than 5;
// over-origin-% what the cache alone does.
func BenchmarkPassing(b *testing.B) {
	for _, c := range []struct {
		name   string
		method string
		serve  http.HandlerFunc
	}{
		{"no-store/1KiB", "GET", answering(1<<10, false)},
		{"no-store/64KiB", "GET", answering(64<<10, false)},
		{"post/1KiB", "POST", answering(1<<10, false)},
		{"streaming/1MiB", "GET", answering(1<<20, true)},
	} {
		origin := httptest.NewServer(c.serve)
		defer origin.Close()
		u, err := url.Parse(origin.URL)
		if err != nil {
			b.Fatal(err)
		}
		log := slog.New(slog.DiscardHandler)
		cache, err := larder.Open(b.Context(), "memory://", larder.WithLogger(log))
		if err != nil {
			b.Fatal(err)
		}
		defer cache.Close()
		s := &settings{origin: u, quiet: true}
		b.Run(c.name, func(b *testing.B) {
			plain := newVisitor(b, c.method, plainProxy(u))
			origin := newVisitor(b, c.method, proxy.Origin(u, false, log))
			cached := newVisitor(b, c.method, s.handler(cache, log))
			for b.Loop() {
				plain.visit(b)
				origin.visit(b)
				cached.visit(b)
			}
			p, o, c := plain.median(), origin.median(), cached.median()
			b.ReportMetric(p, "plain-ns")
			b.ReportMetric(c, "cached-ns")
			b.ReportMetric(100*(c/p-1), "over-plain-%")
			b.ReportMetric(100*(c/o-1), "over-origin-%")
		})
	}
}

// plainProxy is the standard library's, with as many connections.
func plainProxy(u *url.URL) http.Handler {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy, t.DisableCompression, t.MaxIdleConnsPerHost = nil, true, 256
	return &httputil.ReverseProxy{Transport: t, Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(u)
		r.SetXForwarded()
		r.Out.Host = r.In.Host
	}}
}

// answering sends size bytes that nobody may keep, in one piece or flushed in
// pieces of 16 KiB.
func answering(size int, flush bool) http.HandlerFunc {
	body := make([]byte, min(size, 16<<10))
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/html")
		if !flush {
			w.Header().Set("Content-Length", fmt.Sprint(size))
		}
		for sent := 0; sent < size; sent += len(body) {
			w.Write(body)
			if flush {
				http.NewResponseController(w).Flush()
			}
		}
	}
}

// visitor asks one handler again and again, and notes how long it takes.
type visitor struct {
	method string
	front  *httptest.Server
	took   []time.Duration
}

func newVisitor(b *testing.B, method string, h http.Handler) *visitor {
	v := &visitor{method: method, front: httptest.NewServer(h)}
	b.Cleanup(v.front.Close)
	return v
}

func (v *visitor) visit(b *testing.B) {
	began := time.Now()
	r, err := http.NewRequest(v.method, v.front.URL, nil)
	if err != nil {
		b.Fatal(err)
	}
	res, err := v.front.Client().Do(r)
	if err != nil {
		b.Fatal(err)
	}
	io.Copy(io.Discard, res.Body)
	res.Body.Close()
	v.took = append(v.took, time.Since(began))
}

// median is in nanoseconds.
func (v *visitor) median() float64 {
	slices.Sort(v.took)
	return float64(v.took[len(v.took)/2])
}
