package kit

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// Kind says what an implementation stands for in a table.
type Kind int

// A table lists limits first, then larder, then the rivals.
const (
	Limit Kind = iota // does the least work for an answer, and is no cache to use
	Ours
	Rival
)

// Stores that an implementation may work on.
const (
	Memory    = "memory"
	Redis     = "redis"
	Memcached = "memcached"
)

// Options is what a constructor may need to know.
type Options struct {
	TTL     time.Duration // how long pages are kept
	Pages   int           // that a store in memory must be able to hold
	Store   string        // Memory, Redis or Memcached
	Network string        // of a remote store: "tcp" or "unix"
	Addr    string        // of a remote store: host:port, or the path of the socket
}

// Impl is one way to answer with a kept page.
type Impl struct {
	Name   string
	Kind   Kind
	Stores []string // that it can be made on
	// Ask changes the requests that are sent, nil if nothing is to change.
	Ask func(r *http.Request)
	// Empty says that the answer to such a request has no body (304).
	Empty bool
	// NoKey says that it looks nothing up, so that the handler's runs are no misses.
	NoKey bool
	// New wraps the origin. stop releases what it holds, such as connections.
	New func(o Options, origin *Origin) (h http.Handler, stop func(), err error)
}

var impls = map[string]Impl{}

// Register adds an implementation to all benchmarks. It panics if there is one
// of that name, and must not be called concurrently.
func Register(i Impl) {
	if _, there := impls[i.Name]; there {
		panic(fmt.Sprintf("kit: %q is registered already", i.Name))
	}
	impls[i.Name] = i
}

// All lists the implementations that work on the store, limits first.
func All(store string) []Impl {
	var out []Impl
	for _, i := range impls {
		if slices.Contains(i.Stores, store) {
			out = append(out, i)
		}
	}
	slices.SortFunc(out, func(a, b Impl) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	return out
}

// Named lists the implementations of these names, in this order. It panics on
// a name that nobody registered.
func Named(names ...string) []Impl {
	out := make([]Impl, len(names))
	for i, name := range names {
		im, ok := impls[name]
		if !ok {
			panic(fmt.Sprintf("kit: there is no %q", name))
		}
		out[i] = im
	}
	return out
}

// Lookup finds an implementation by its name.
func Lookup(name string) (im Impl, ok bool) {
	im, ok = impls[name]
	return im, ok
}
