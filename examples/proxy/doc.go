// Command proxy is a caching reverse proxy in twenty lines: the standard
// library's ReverseProxy with larder around it.
//
//	go run ./examples/proxy http://127.0.0.1:9000
//
// then listens on 127.0.0.1:8080 and answers from memory what the origin's own
// headers allow (RFC 9111). For a proxy with TLS, an access log and other
// stores than memory there is the larder command in cmd/larder.
package main
