package store

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// OpenFunc opens a store from its URL, without dialling. The host of u is as it
// was written, a list included, path and user are decoded, and the parameter
// prefix is taken out. It reads the parameters with [NewQuery], so that unknown
// ones are errors, and its errors must not show a password.
type OpenFunc = func(ctx context.Context, u *url.URL) (Store, error)

const module = "github.com/larder-go/larder/store/"

// homes says which package brings which scheme, for the error of a program that
// forgot to import it.
var homes = map[string]string{
	"memory":          "memstore",
	"dummy":           "dummystore",
	"redis":           "redisstore",
	"rediss":          "redisstore",
	"redis+unix":      "redisstore",
	"redis+cluster":   "redisstore",
	"rediss+cluster":  "redisstore",
	"redis+sentinel":  "redisstore",
	"rediss+sentinel": "redisstore",
	"memcached":       "memcachestore",
	"memcached+unix":  "memcachestore",
}

var registry = struct {
	sync.RWMutex
	open map[string]OpenFunc
}{open: make(map[string]OpenFunc)}

// Register makes [Open] call open for URLs of the given scheme, in lower case.
// Backends call it while they are initialised. It panics if the scheme is no
// valid one or already taken, or if open is nil.
func Register(scheme string, open func(ctx context.Context, u *url.URL) (Store, error)) {
	if !validScheme(scheme) || scheme != strings.ToLower(scheme) {
		panic(fmt.Sprintf("store: Register: %q is not a scheme in lower case", scheme))
	}
	if open == nil {
		panic(fmt.Sprintf("store: Register: nil function for scheme %q", scheme))
	}
	registry.Lock()
	defer registry.Unlock()
	if _, taken := registry.open[scheme]; taken {
		panic(fmt.Sprintf("store: Register: scheme %q is registered twice", scheme))
	}
	registry.open[scheme] = open
}

// opener returns what was registered for scheme.
func opener(scheme string) (OpenFunc, error) {
	registry.RLock()
	defer registry.RUnlock()
	if open, ok := registry.open[scheme]; ok {
		return open, nil
	}
	if home, ok := homes[scheme]; ok {
		return nil, fmt.Errorf("store: scheme %q is not imported; add: import _ %q", scheme, module+home)
	}
	known := slices.Sorted(maps.Keys(registry.open))
	if len(known) == 0 {
		return nil, fmt.Errorf("store: unknown scheme %q; no backend is imported, all of them come with: import _ %q", scheme, module+"all")
	}
	return nil, fmt.Errorf("store: unknown scheme %q; known are %s, and more come with: import _ %q", scheme, strings.Join(known, ", "), module+"all")
}
