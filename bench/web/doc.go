// Package web measures servers over the wire, with wrk: larder on each store,
// the limits, other caches for Go, and what people put before or beside a Go
// program: nginx's proxy_cache, Varnish, and Django's cache_page.
//
// A server has one processor for itself, with one process and GOMAXPROCS=1;
// wrk and the stores have another. So the figures are what one processor
// serves, and the same for all. Servers take turns, round by round. What is not
// installed is left out and named.
package web
