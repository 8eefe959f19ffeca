package larder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/readthrough"
	"github.com/larder-go/larder/store"
	_ "github.com/larder-go/larder/store/memstore" // the embedded default
)

// Forever is the TTL of what never expires by itself.
const Forever = store.Forever

// DefaultTTL stands for the TTL that WithTTL gave to the cache.
const DefaultTTL = time.Duration(math.MinInt64)

// The errors of a cache; use errors.Is.
var (
	// ErrNotFound: Incr, Decr or IncrVersion of a key that is not there.
	ErrNotFound = store.ErrNotFound
	// ErrClosed: the cache was closed.
	ErrClosed = readthrough.ErrClosed
	// ErrStore: the store failed, or was too slow. A value that came with it is
	// good. What the caller cancelled is context.Canceled without it; GetOrSet
	// returns the cause, where there is one.
	ErrStore = errors.New("larder: store failed")
)

// A Cache keeps values, fragments and pages in one store. All its methods may
// be called concurrently.
type Cache struct {
	engine   *readthrough.Engine
	pages    *cachepage.Pages
	owned    store.Store // closed with the cache; nil: the caller's
	codec    Codec
	ttl      time.Duration
	version  int
	siblings *Caches // nil: a lone cache
}

// Option changes one setting of a cache.
type Option func(*settings)

type settings struct {
	engine   readthrough.Options
	codec    Codec
	ttl      time.Duration
	version  int
	sessions []string
}

// WithPrefix puts a prefix before every key. Caches with different prefixes on
// one server share nothing: not a key, not an invalidation, not a Clear. Any
// text will do. Default: none.
func WithPrefix(prefix string) Option { return func(s *settings) { s.engine.Prefix = prefix } }

// WithVersion sets the version of the cache's values, as Django's VERSION.
// Values of another version are misses. Default: 1.
func WithVersion(version int) Option { return func(s *settings) { s.version = version } }

// WithTTL sets what DefaultTTL stands for. Default: 5 minutes. New panics and
// Open fails if it is not positive.
func WithTTL(ttl time.Duration) Option { return func(s *settings) { s.ttl = ttl } }

// WithCodec sets how values other than text, bytes and integers are written.
// Default: JSON.
func WithCodec(c Codec) Option { return func(s *settings) { s.codec = c } }

// WithHooks has the cache tell what happens in it. Default: nobody listens.
func WithHooks(h *observe.Hooks) Option { return func(s *settings) { s.engine.Hooks = h } }

// WithLogger sets where the cache reports what an operator should see. It
// never logs values, and keys only where a route is at fault. Default:
// slog.Default().
func WithLogger(l *slog.Logger) Option { return func(s *settings) { s.engine.Logger = l } }

// WithClock sets the clock by which freshness is judged, for tests. Default:
// time.Now.
func WithClock(now func() time.Time) Option { return func(s *settings) { s.engine.Now = now } }

// WithTimeout sets how long a request waits for the store at one step, before
// it goes on without. Default: 500 ms. A call of Memcached that has begun ends by
// the timeout of its URL, be that longer.
func WithTimeout(d time.Duration) Option { return func(s *settings) { s.engine.Timeout = d } }

// WithSessionCookies replaces the list of what a cookie's name contains if it
// belongs to a signed-in visitor: sess, sid, auth, token, jwt, csrf, xsrf.
// Letter case does not matter. Requests with such a cookie neither read nor
// write pages, unless their route names it in cachepage.VaryOnCookie. Without
// names no cookie is special.
func WithSessionCookies(names ...string) Option {
	return func(s *settings) { s.sessions = append([]string{}, names...) }
}

// Open opens the store that the URL names and a cache on it. An empty URL is
// memory://. The server is not dialled: a store that cannot be reached is seen
// by the first use, which goes on without it. The error of a bad URL, or of an
// impossible option, names the thing and what is allowed.
func Open(ctx context.Context, url string, opts ...Option) (*Cache, error) {
	if url == "" {
		url = "memory://"
	}
	conf, err := settingsOf(opts)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("larder: open: %w", err)
	}
	c := newCache(s, conf)
	c.owned = s
	return c, nil
}

// New makes a cache on a store that stays the caller's: Close does not close
// it. An impossible option panics.
func New(s store.Store, opts ...Option) *Cache {
	conf, err := settingsOf(opts)
	if err != nil {
		panic(err)
	}
	if s == nil {
		panic("larder: New: the store is nil")
	}
	return newCache(s, conf)
}

func settingsOf(opts []Option) (settings, error) {
	s := settings{ttl: 5 * time.Minute, version: 1, codec: JSON}
	for _, o := range opts {
		o(&s)
	}
	switch {
	case s.ttl <= 0:
		return s, fmt.Errorf("larder: WithTTL(%v): a default TTL must be positive; Forever is allowed", s.ttl)
	case s.codec == nil:
		return s, errors.New("larder: WithCodec(nil): a codec is needed; JSON is the default one")
	case s.engine.Timeout < 0:
		return s, fmt.Errorf("larder: WithTimeout(%v): a timeout must be positive", s.engine.Timeout)
	}
	return s, nil
}

func newCache(s store.Store, conf settings) *Cache {
	e := readthrough.New(s, conf.engine)
	return &Cache{engine: e, pages: cachepage.New(e, conf.ttl, conf.sessions), codec: conf.codec, ttl: conf.ttl, version: conf.version}
}

// Engine is what faces above this package are built on: fragments, other
// template languages. Apps do not need it.
func (c *Cache) Engine() *readthrough.Engine { return c.engine }

// AtVersion is the same cache, looking at another version of its values.
func (c *Cache) AtVersion(version int) *Cache {
	d := *c
	d.version = version
	return &d
}

// Invalidate makes every value, fragment and page that carries any of the tags
// unusable. Once it has returned nil, no request that begins afterwards gets
// anything whose making began before the call, in any process on the same store
// and prefix. Call it after the change was committed.
//
// After an error this cache treats the tags as invalid all the same and goes on
// telling the store; other processes may use what they have until then.
func (c *Cache) Invalidate(ctx context.Context, tags ...string) error {
	return c.engine.Invalidate(ctx, readthrough.Target{Tags: tags})
}

// InvalidateSoft makes what carries any of the tags stale instead of unusable:
// where a stale copy may be shown while a new one is made, it still is.
func (c *Cache) InvalidateSoft(ctx context.Context, tags ...string) error {
	return c.engine.Invalidate(ctx, readthrough.Target{Tags: tags, Soft: true})
}

// Purge makes the pages under absolute URLs unusable, with the certainty of
// Invalidate: every variant and method, http and https alike, under the key
// policy of each route that was made in this process. A URL that is not absolute
// is an error, and nothing is purged then.
func (c *Cache) Purge(ctx context.Context, urls ...string) error {
	t, err := c.pages.Target(urls...)
	if err != nil {
		return err
	}
	return c.engine.Invalidate(ctx, t)
}

// Clear makes everything under this cache's prefix unusable, and nothing else
// on the server.
func (c *Cache) Clear(ctx context.Context) error {
	return c.engine.Invalidate(ctx, readthrough.Target{All: true})
}

// Close is Shutdown with a limit of five seconds.
func (c *Cache) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return c.Shutdown(ctx)
}

// Shutdown ends the background work of the cache, waiting for it until ctx
// ends, and closes the store if Open opened it. Afterwards pages and fragments
// are rendered without a cache and values give ErrClosed. A second call does
// nothing.
func (c *Cache) Shutdown(ctx context.Context) error {
	if c.engine.Closed() {
		return nil
	}
	err := c.engine.Shutdown(ctx)
	if c.owned != nil {
		err = errors.Join(err, store.Close(c.owned))
	}
	return err
}

// Tag says that what is being rendered around ctx depends on tags: the value,
// the fragments around it, and the page. Say it in a handler, in a load
// function, or in a template function that has the context.
func Tag(ctx context.Context, tags ...string) { readthrough.Tag(ctx, tags...) }

// MaxTTL says that what is being rendered around ctx holds good for d at most,
// from now on. It only lowers; zero or less keeps it from being kept at all.
func MaxTTL(ctx context.Context, d time.Duration) { readthrough.MaxTTL(ctx, d) }

// NoStore says that nothing that is being rendered around ctx may be kept.
func NoStore(ctx context.Context) { readthrough.NoStore(ctx) }

var defaultCache atomic.Pointer[Cache]

// Default is the cache that SetDefault set. Before that it is one in memory,
// made at the first call.
func Default() *Cache {
	if c := defaultCache.Load(); c != nil {
		return c
	}
	c, err := Open(context.Background(), "")
	if err != nil {
		panic(err) // memory:// is always known
	}
	if !defaultCache.CompareAndSwap(nil, c) {
		c.Close()
	}
	return defaultCache.Load()
}

// SetDefault makes c the cache of the package's CachePage and of templates
// compiled with a nil cache. The earlier one is not closed.
func SetDefault(c *Cache) {
	if c == nil {
		panic("larder: SetDefault(nil)")
	}
	defaultCache.Store(c)
}
