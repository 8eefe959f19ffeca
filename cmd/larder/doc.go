// Command larder puts a page cache in front of any web application.
//
//	larder proxy -origin http://127.0.0.1:9000 -listen :8080
//
// answers from memory what the application's own headers allow, as a shared
// cache by the letter of RFC 9111. With -ttl 10m every page without a reason
// against it is kept for ten minutes instead, as Django's cache_page does; with
// -cache redis://127.0.0.1:6379/0 several proxies share what they keep.
//
// Each answer says in Cache-Status (RFC 9211) what the cache did and why, and
// so does the access log on standard error. Everything else passes through as
// it is: methods and bodies of any kind, WebSocket, server-sent events,
// informational responses. SIGINT and SIGTERM let requests under way finish.
//
// "larder help proxy" lists all flags.
package main
