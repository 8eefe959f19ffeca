package proxy

import (
	"log/slog"
	"net"
	"net/http"
	"time"
)

// AccessLog logs one line for each request that next has answered: what was
// asked, status, bytes of the body, how long it took, and what the cache did in
// the words of Cache-Status (RFC 9211). Queries are left out: they may hold
// secrets.
func AccessLog(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		c := &counter{ResponseWriter: w}
		defer func() {
			log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("client", client(r)),
				slog.String("method", r.Method), slog.String("host", r.Host), slog.String("path", r.URL.Path),
				slog.Int("status", c.status), slog.Int64("bytes", c.bytes),
				slog.Duration("took", time.Since(began).Round(time.Microsecond)),
				slog.String("cache", c.verdict))
		}()
		next.ServeHTTP(c, r)
	})
}

func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// counter notes what an answer came to.
type counter struct {
	http.ResponseWriter
	status  int
	bytes   int64
	verdict string
}

// WriteHeader notes the final status, and the upgrade to another protocol.
func (c *counter) WriteHeader(status int) {
	if c.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		c.status = status
		if said := c.Header()["Cache-Status"]; len(said) > 0 {
			c.verdict = said[len(said)-1] // the nearest cache, this one, speaks last
		}
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write counts; like net/http it implies a 200.
func (c *counter) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	n, err := c.ResponseWriter.Write(b)
	c.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController the rest of the connection's abilities.
func (c *counter) Unwrap() http.ResponseWriter { return c.ResponseWriter }
