package vary

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
)

// On returns a middleware that adds headers to the Vary of every response, by
// Patch, after the handler has set its own. It panics if one of them is
// neither a header name nor "*", since no request could ever carry it.
//
// The middleware keeps no state; http.ResponseController and type assertions
// for http.Flusher, http.Hijacker and io.ReaderFrom work through it.
func On(headers ...string) func(http.Handler) http.Handler {
	for _, name := range headers {
		if !validName(name) {
			panic(fmt.Sprintf("vary: On: %q is neither a header name nor \"*\"", name))
		}
	}
	headers = slices.Clone(headers)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			patching := &writer{ResponseWriter: w, headers: headers}
			next.ServeHTTP(patching, r)
			patching.patch()
		})
	}
}

// writer patches the header just before it is sent.
type writer struct {
	http.ResponseWriter
	headers []string
	patched bool
}

// Unwrap is for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) patch() {
	if !w.patched {
		w.patched = true
		Patch(w.Header(), w.headers...)
	}
}

// WriteHeader leaves interim responses (1xx but 101) as they are: the header
// that Vary belongs to is still to come.
func (w *writer) WriteHeader(status int) {
	if status >= http.StatusOK || status == http.StatusSwitchingProtocols {
		w.patch()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(p []byte) (int, error) {
	w.patch()
	return w.ResponseWriter.Write(p)
}

// ReadFrom keeps the way to sendfile open.
func (w *writer) ReadFrom(r io.Reader) (int64, error) {
	w.patch()
	return io.Copy(w.ResponseWriter, r)
}

// FlushError sends the header, so it is patched first.
func (w *writer) FlushError() error {
	w.patch()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

// Flush is for callers that do not use http.ResponseController; like
// http.Flusher it cannot say that flushing is not supported.
func (w *writer) Flush() { _ = w.FlushError() }

// Hijack is for callers that do not use http.ResponseController.
func (w *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}
