package limits

import (
	"hash/maphash"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/bench/kit"
)

func init() {
	kit.Register(kit.Impl{Name: "limit-floor", Stores: []string{kit.Memory}, New: newFloor(func() int64 { return time.Now().UnixNano() })})
	kit.Register(kit.Impl{Name: "limit-floor-coarse", Stores: []string{kit.Memory}, New: newFloor(coarse())})
}

// coarse returns a clock that a ticker advances every ten milliseconds, from
// its first use on.
func coarse() func() int64 {
	var now atomic.Int64
	var once sync.Once
	tick := func() {
		now.Store(time.Now().UnixNano())
		go func() {
			for t := range time.Tick(10 * time.Millisecond) {
				now.Store(t.UnixNano())
			}
		}()
	}
	return func() int64 {
		once.Do(tick)
		return now.Load()
	}
}

// floor keeps pages in a sharded map.
type floor struct {
	origin http.Handler
	ttl    time.Duration
	now    func() int64
	seed   maphash.Seed
	shards [64]shard
}

type shard struct {
	sync.RWMutex
	pages map[uint64]*page
	_     [64]byte // keeps the next lock out of this cache line
}

type page struct {
	key     string
	expires int64
	status  int
	header  []field
	body    []byte
}

func newFloor(now func() int64) func(kit.Options, *kit.Origin) (http.Handler, func(), error) {
	return func(o kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
		f := &floor{origin: origin, ttl: o.TTL, now: now, seed: maphash.MakeSeed()}
		for i := range f.shards {
			f.shards[i].pages = map[uint64]*page{}
		}
		return f, nothing, nil
	}
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var room [256]byte
	key := appendKey(room[:0], r)
	sum := maphash.Bytes(f.seed, key)
	s := &f.shards[sum%64]
	s.RLock()
	p := s.pages[sum]
	s.RUnlock()
	if p == nil || p.key != string(key) || p.expires <= f.now() {
		f.keep(w, r, string(key), sum)
		return
	}
	h := w.Header()
	for i := range p.header {
		h[p.header[i].name] = p.header[i].values
	}
	w.WriteHeader(p.status)
	w.Write(p.body)
}

func appendKey(b []byte, r *http.Request) []byte {
	b = append(append(b, r.Method...), ':')
	b = append(append(b, r.Host...), r.URL.Path...)
	return append(append(b, '?'), r.URL.RawQuery...)
}

func (f *floor) keep(w http.ResponseWriter, r *http.Request, key string, sum uint64) {
	rec := &recording{ResponseWriter: w}
	f.origin.ServeHTTP(rec, r)
	p := &page{key: key, expires: f.now() + int64(f.ttl), status: rec.status, body: rec.body}
	for name, values := range rec.header() {
		p.header = append(p.header, field{name, slices.Clone(values)})
	}
	s := &f.shards[sum%64]
	s.Lock()
	s.pages[sum] = p
	s.Unlock()
}

// recording copies what passes through.
type recording struct {
	http.ResponseWriter
	status int
	body   []byte
}

func (r *recording) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recording) Write(p []byte) (int, error) {
	r.body = append(r.body, p...)
	return r.ResponseWriter.Write(p)
}

// header is the recorded header, with the length that net/http would have to
// do without on a long page.
func (r *recording) header() http.Header {
	h := r.Header()
	if h.Get("Content-Length") == "" {
		h.Set("Content-Length", strconv.Itoa(len(r.body)))
	}
	return h
}
