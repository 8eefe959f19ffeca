// Package rivals registers other page caches for Go that can be had as
// modules: chenyahui/gin-cache and gin-contrib/cache on gin, go-chi/stampede on
// net/http, and the cache of fiber 3.
//
// Each is set up as its own documentation shows, with what makes it quick
// where there is a choice. stampede's own store in memory cannot be had for its
// newest version, so it gets a sync.Map, which does less than any real store.
// fiber has another HTTP server; here it stands behind its own adaptor to
// net/http, and command web also measures it on its own server.
package rivals
