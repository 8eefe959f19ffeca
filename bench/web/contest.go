package web

import (
	"time"

	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/servers"
)

// contestant is a server under test.
type contestant struct {
	name  string
	start func(h *hall, size int) (*running, error)
}

// running is a server that accepts connections.
type running struct {
	addr      string
	processes []*servers.Process
}

// cpu is the processor time that the server has used so far.
func (r *running) cpu() (used time.Duration) {
	for _, p := range r.processes {
		used += p.CPU()
	}
	return used
}

func (r *running) stop() {
	for _, p := range r.processes {
		p.Stop()
	}
}

// bare is the contestant that ratios refer to.
const bare = "bare"

// bareSaying is bare with the two fields that a cache adds.
const bareSaying = "bare, with Age and Cache-Status"

// short is who serves a small page: net/http finds its length by itself.
var short = []contestant{
	ours(bare, "limit-bare", kit.Memory, true),
	ours(bareSaying, "limit-said", kit.Memory, true),
	ours("limit-floor", "limit-floor", kit.Memory, false),
	ours("larder", "larder", kit.Memory, false),
	ours("gin-cache", "gin-cache", kit.Memory, false),
	ours("stampede", "stampede", kit.Memory, false),
}

// long is who serves a page of the usual size.
var long = append(inMemory, append(onStores, others...)...)

var inMemory = []contestant{
	ours(bare, "limit-bare", kit.Memory, true),
	ours(bareSaying, "limit-said", kit.Memory, true),
	ours("bare, without Content-Length", "limit-bare", kit.Memory, false),
	ours("limit-floor", "limit-floor", kit.Memory, false),
	ours("larder", "larder", kit.Memory, false),
	ours("gin-cache", "gin-cache", kit.Memory, false),
	ours("gin-contrib", "gin-contrib", kit.Memory, false),
	ours("stampede", "stampede", kit.Memory, false),
	ours("stampede, handler says Content-Length", "stampede", kit.Memory, true),
	ours("fiber, on net/http", "fiber", kit.Memory, false),
	ours(ownFiber, ownFiber, kit.Memory, false),
}

var onStores = []contestant{
	ours("limit-floor, redis", "limit-floor-remote", kit.Redis, false),
	ours("limit-floor-rueidis, redis", "limit-floor-rueidis", kit.Redis, false),
	ours("limit-floor-rueidis-near, redis", "limit-floor-rueidis-near", kit.Redis, false),
	ours("larder, redis", "larder", kit.Redis, false),
	ours("larder-near, redis", "larder-near", kit.Redis, false),
	ours("gin-cache, redis", "gin-cache", kit.Redis, false),
	ours("gin-contrib, redis", "gin-contrib", kit.Redis, false),
	ours("limit-floor, memcached", "limit-floor-remote", kit.Memcached, false),
	ours("larder, memcached", "larder", kit.Memcached, false),
	ours("gin-contrib, memcached", "gin-contrib", kit.Memcached, false),
}

// spread is who serves many pages out of a store: no two of the connections
// that ask at the same moment need ask for the same.
var spread = []contestant{
	ours(bare, "limit-bare", kit.Memory, true),
	ours("limit-floor, redis", "limit-floor-remote", kit.Redis, false),
	ours("larder, redis", "larder", kit.Redis, false),
	ours("limit-floor, memcached", "limit-floor-remote", kit.Memcached, false),
	ours("larder, memcached", "larder", kit.Memcached, false),
}

var others = []contestant{
	{"nginx proxy_cache", startNginx},
	{"Varnish", startVarnish},
	django("django, no cache", "none", threads),
	django("django, memory", kit.Memory, threads),
	django("django, redis", kit.Redis, threads),
	django("django, memcached", kit.Memcached, single),
}
