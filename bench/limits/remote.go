package limits

import (
	"context"
	"encoding/binary"
	"net/http"
	"time"

	"github.com/bradfitz/gomemcache/memcache"
	"github.com/larder-go/larder/bench/kit"
	"github.com/redis/go-redis/v9"
)

func init() {
	kit.Register(kit.Impl{Name: "limit-floor-remote", Stores: []string{kit.Redis, kit.Memcached}, New: newRemote})
}

// connections is how many idle ones a client keeps: enough for all clients of
// a benchmark.
const connections = 64

// bytesStore is the least that a remote store is asked to do.
type bytesStore interface {
	get(ctx context.Context, key string) []byte // nil: not there
	set(ctx context.Context, key string, value []byte, ttl time.Duration)
}

func newRemote(o kit.Options, origin *kit.Origin) (http.Handler, func(), error) {
	if o.Store == kit.Redis {
		c := redis.NewClient(&redis.Options{Network: o.Network, Addr: o.Addr, PoolSize: connections})
		return &remoteFloor{redisStore{c}, o.TTL, origin}, func() { c.Close() }, nil
	}
	c := memcache.New(o.Addr)
	c.MaxIdleConns = connections
	return &remoteFloor{memcachedStore{c}, o.TTL, origin}, func() { c.Close() }, nil
}

type redisStore struct{ c *redis.Client }

func (s redisStore) get(ctx context.Context, key string) []byte {
	b, err := s.c.Get(ctx, key).Bytes()
	if err != nil {
		return nil
	}
	return b
}

func (s redisStore) set(ctx context.Context, key string, value []byte, ttl time.Duration) {
	s.c.Set(ctx, key, value, ttl)
}

type memcachedStore struct{ c *memcache.Client }

func (s memcachedStore) get(_ context.Context, key string) []byte {
	item, err := s.c.Get(key)
	if err != nil {
		return nil
	}
	return item.Value
}

func (s memcachedStore) set(_ context.Context, key string, value []byte, ttl time.Duration) {
	s.c.Set(&memcache.Item{Key: key, Value: value, Expiration: int32(ttl / time.Second)})
}

// remoteFloor keeps pages as bytes: length of the header, header, body.
type remoteFloor struct {
	store  bytesStore
	ttl    time.Duration
	origin http.Handler
}

func (f *remoteFloor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var room [256]byte
	key := string(appendKey(append(room[:0], "floor:"...), r))
	kept := f.store.get(r.Context(), key)
	if kept == nil {
		f.keep(w, r, key)
		return
	}
	n := 4 + int(binary.LittleEndian.Uint32(kept))
	putHeader(w.Header(), string(kept[4:n]))
	w.WriteHeader(http.StatusOK)
	w.Write(kept[n:])
}

// putHeader cuts names and values out of one string; the slices of the values
// lie in one array.
func putHeader(h http.Header, text string) {
	values := make([]string, 0, 16)
	for len(text) > 0 {
		name, value := 2+int(text[0]), 2+int(text[0])+int(text[1])
		values = append(values, text[name:value])
		h[text[2:name]] = values[len(values)-1 : len(values) : len(values)]
		text = text[value:]
	}
}

func (f *remoteFloor) keep(w http.ResponseWriter, r *http.Request, key string) {
	rec := &recording{ResponseWriter: w}
	f.origin.ServeHTTP(rec, r)
	var header []byte
	for name, values := range rec.header() {
		header = append(header, byte(len(name)), byte(len(values[0])))
		header = append(append(header, name...), values[0]...)
	}
	entry := binary.LittleEndian.AppendUint32(nil, uint32(len(header)))
	entry = append(append(entry, header...), rec.body...)
	f.store.set(r.Context(), key, entry, f.ttl)
}
