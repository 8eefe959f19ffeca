package larder

import (
	"bufio"
	"net"
	"net/http"
	"time"

	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/internal/field"
)

// CachePage keeps whole responses of a route for ttl, on the cache that
// Default gives when a request comes. See Cache.CachePage.
func CachePage(ttl time.Duration, opts ...cachepage.Option) func(http.Handler) http.Handler {
	return cachepage.Middleware(func() *cachepage.Pages { return Default().pages }, ttl, opts...)
}

// CachePage returns a middleware that keeps whole responses of a route for ttl
// and answers with them. DefaultTTL takes the response's own max-age, and the
// cache's TTL where it has none; zero or less keeps nothing. What may be kept,
// for whom, and what headers say is told in package cachepage. An impossible
// option panics.
func (c *Cache) CachePage(ttl time.Duration, opts ...cachepage.Option) func(http.Handler) http.Handler {
	return cachepage.Middleware(func() *cachepage.Pages { return c.pages }, ttl, opts...)
}

// NeverCache marks every response as not to be kept by anybody, browsers
// included: max-age=0, no-cache, no-store, must-revalidate, private, and an
// Expires of now. It is Django's never_cache.
func NeverCache(next http.Handler) http.Handler {
	return patching(next, func(h http.Header) { field.PatchNever(h, time.Now()) })
}

// CacheControl returns a middleware that adds directives to the Cache-Control
// of every response, such as "private, max-age=60": the smaller max-age wins,
// public and private replace each other, the rest is added. Directives that
// are not well-formed panic. It is Django's cache_control.
func CacheControl(directives string) func(http.Handler) http.Handler {
	d, err := field.ParseDirectives(directives)
	if err != nil {
		panic("larder: CacheControl: " + err.Error())
	}
	return func(next http.Handler) http.Handler { return patching(next, d.Patch) }
}

// patching calls patch on the header just before it is sent.
func patching(next http.Handler, patch func(http.Header)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &patchWriter{ResponseWriter: w, patch: patch}
		next.ServeHTTP(p, r)
		p.once()
	})
}

type patchWriter struct {
	http.ResponseWriter
	patch func(http.Header)
}

func (p *patchWriter) once() {
	if p.patch != nil {
		p.patch(p.Header())
		p.patch = nil
	}
}

func (p *patchWriter) WriteHeader(status int) {
	if status >= 200 {
		p.once()
	}
	p.ResponseWriter.WriteHeader(status)
}

func (p *patchWriter) Write(b []byte) (int, error) {
	p.once()
	return p.ResponseWriter.Write(b)
}

// FlushError and Unwrap are for http.ResponseController.
func (p *patchWriter) FlushError() error {
	p.once()
	return http.NewResponseController(p.ResponseWriter).Flush()
}

// Flush implements http.Flusher.
func (p *patchWriter) Flush() { p.FlushError() }

// Hijack implements http.Hijacker, for packages that do not use
// http.ResponseController, such as those for WebSocket.
func (p *patchWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(p.ResponseWriter).Hijack()
}

// Unwrap returns the writer under this one.
func (p *patchWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
