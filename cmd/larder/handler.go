package main

import (
	"log/slog"
	"net/http"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cmd/larder/internal/proxy"
)

// handler is the whole way of a request: access log, cache, origin. There is no
// router, which would clean paths that are the origin's business.
func (s *settings) handler(cache *larder.Cache, log *slog.Logger) http.Handler {
	ttl, options := s.route()
	h := cache.CachePage(ttl, options...)(proxy.Origin(s.origin, s.rewriteHost, log))
	if s.quiet {
		return h
	}
	return proxy.AccessLog(h, log)
}
