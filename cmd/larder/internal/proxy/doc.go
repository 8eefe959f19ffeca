// Package proxy holds the parts of "larder proxy" that are not the cache:
// the way to the origin, the access log, and the server that ends gracefully.
// Each is an http.Handler or takes one, so that the command only puts them
// together:
//
//	server := proxy.Server{Handler: proxy.AccessLog(cached(proxy.Origin(url, false, log)), log)}
//	err := server.Run(ctx)
//
// The origin sees requests as they came: path and query byte for byte, Host
// unless told otherwise, bodies and trailers as a stream, and X-Forwarded-For,
// -Host and -Proto that this proxy wrote itself. Coming from outside those
// fields are dropped, since anybody could write them and a cached page would
// show them to everybody.
package proxy
