package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

// Origin returns a handler that passes every request on to the application at
// u. With rewriteHost the application sees its own host name, else the one that
// was asked for. An application that cannot be reached, or that hangs up, is a
// 502, one that is too slow to connect a 504, without a body; both are logged.
//
// Bodies stream in both directions and are never recompressed; WebSocket and
// other upgrades work where the client speaks HTTP/1.1.
func Origin(u *url.URL, rewriteHost bool, log *slog.Logger) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.URL.RawQuery = r.In.URL.RawQuery // as it is in the key, well-formed or not
			r.SetXForwarded()
			r.Out.Trailer = r.In.Trailer // whose values come after the body
			if !rewriteHost {
				r.Out.Host = r.In.Host
			}
		},
		Transport:    transport(),
		BufferPool:   newBuffers(),
		ErrorHandler: unreachable(log),
		ErrorLog:     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// transport reaches the origin directly, whatever proxies the environment
// names, keeps enough connections open for a busy site, and leaves
// Accept-Encoding to the client.
func transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = nil
	t.DisableCompression = true
	t.MaxIdleConns = 0
	t.MaxIdleConnsPerHost = 256
	t.DialContext = (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext
	return t
}

// unreachable answers for an origin that did not.
func unreachable(log *slog.Logger) func(http.ResponseWriter, *http.Request, error) {
	return func(w http.ResponseWriter, r *http.Request, err error) {
		if !errors.Is(err, context.Canceled) { // the client has gone
			log.Warn("no answer from the origin", "method", r.Method, "path", r.URL.Path, "error", err)
		}
		w.WriteHeader(statusOf(err))
	}
}

func statusOf(err error) int {
	var failure net.Error
	if errors.As(err, &failure) && failure.Timeout() {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
}
