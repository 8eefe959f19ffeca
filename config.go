package larder

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config is one cache in an app's settings, as an entry of Django's CACHES.
type Config struct {
	URL     string        // store; "" is memory://
	Prefix  string        // WithPrefix
	Version int           // WithVersion; 0 is 1
	TTL     time.Duration // WithTTL; 0 is 5 minutes
}

// UnmarshalJSON reads an object with the keys url, prefix, version and ttl. A
// ttl is text such as "15m", a number of seconds, or null for Forever; without
// one the default applies. An unknown key is an error.
func (c *Config) UnmarshalJSON(data []byte) error {
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return fmt.Errorf("larder: config: %w", err)
	}
	for name, v := range raw {
		var err error
		switch strings.ToLower(name) {
		case "url":
			err = json.Unmarshal(v, &c.URL)
		case "prefix":
			err = json.Unmarshal(v, &c.Prefix)
		case "version":
			err = json.Unmarshal(v, &c.Version)
		case "ttl":
			c.TTL, err = ParseTTL(strings.Trim(string(v), `"`))
		default:
			err = errors.New("known are url, prefix, version, ttl")
		}
		if err != nil {
			return fmt.Errorf("larder: config: %q: %w", name, err)
		}
	}
	return nil
}

// ParseTTL reads a lifetime as it stands in settings: "15m" as
// time.ParseDuration takes it, "900" in seconds, "null", "none" or "forever"
// for Forever. It must be positive.
func ParseTTL(s string) (time.Duration, error) {
	switch strings.ToLower(s) {
	case "null", "none", "forever":
		return Forever, nil
	}
	d, err := time.ParseDuration(s)
	if seconds, numErr := strconv.ParseInt(s, 10, 64); numErr == nil {
		d, err = time.Duration(min(max(seconds, 0), int64(Forever/time.Second)))*time.Second, nil
	}
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("larder: ttl %q: want a positive duration such as \"15m\", a number of seconds, or null for forever", s)
	}
	return d, nil
}

// ConfigFromEnv reads settings from environment variables, which get looks up
// (os.Getenv). CACHES holds a JSON object of aliases, as
// {"default": {"url": "redis://…", "ttl": "15m"}}; without it CACHE_URL,
// CACHE_PREFIX, CACHE_VERSION and CACHE_TTL make the alias "default".
func ConfigFromEnv(get func(string) string) (map[string]Config, error) {
	if all := get("CACHES"); all != "" {
		conf := map[string]Config{}
		if err := json.Unmarshal([]byte(all), &conf); err != nil {
			return nil, fmt.Errorf("larder: CACHES: %w", err)
		}
		return conf, nil
	}
	c := Config{URL: get("CACHE_URL"), Prefix: get("CACHE_PREFIX")}
	var err error
	if v := get("CACHE_VERSION"); v != "" {
		if c.Version, err = strconv.Atoi(v); err != nil {
			return nil, fmt.Errorf("larder: CACHE_VERSION %q: want a whole number", v)
		}
	}
	if v := get("CACHE_TTL"); v != "" {
		if c.TTL, err = ParseTTL(v); err != nil {
			return nil, fmt.Errorf("larder: CACHE_TTL: %w", err)
		}
	}
	return map[string]Config{"default": c}, nil
}

// Caches are the caches of an app by alias.
type Caches struct {
	byAlias map[string]*Cache
}

// OpenCaches opens one cache for each alias. opts apply to all of them, before
// what their Config says. If one fails none stays open, and the error names it.
func OpenCaches(ctx context.Context, conf map[string]Config, opts ...Option) (Caches, error) {
	all := Caches{byAlias: map[string]*Cache{}}
	for _, alias := range slices.Sorted(maps.Keys(conf)) {
		c, err := Open(ctx, conf[alias].URL, append(slices.Clone(opts), conf[alias].options()...)...)
		if err != nil {
			all.Close()
			return Caches{}, fmt.Errorf("larder: cache %q: %w", alias, err)
		}
		c.siblings = &all
		all.byAlias[alias] = c
	}
	return all, nil
}

func (c Config) options() (opts []Option) {
	if c.Prefix != "" {
		opts = append(opts, WithPrefix(c.Prefix))
	}
	if c.Version != 0 {
		opts = append(opts, WithVersion(c.Version))
	}
	if c.TTL != 0 {
		opts = append(opts, WithTTL(c.TTL))
	}
	return opts
}

// Get is the cache with that alias. The error of an unknown one lists those
// that there are.
func (cs Caches) Get(alias string) (*Cache, error) {
	if c := cs.byAlias[alias]; c != nil {
		return c, nil
	}
	return nil, fmt.Errorf("larder: no cache %q; there are: %s", alias, strings.Join(slices.Sorted(maps.Keys(cs.byAlias)), ", "))
}

// Invalidate is Cache.Invalidate on every cache: for tags of what lies in one
// cache and shows inside something that lies in another.
func (cs Caches) Invalidate(ctx context.Context, tags ...string) error {
	var errs []error
	for _, alias := range slices.Sorted(maps.Keys(cs.byAlias)) {
		errs = append(errs, cs.byAlias[alias].Invalidate(ctx, tags...))
	}
	return errors.Join(errs...)
}

// Close closes all of them.
func (cs Caches) Close() error {
	var errs []error
	for _, c := range cs.byAlias {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// Named is the cache that was opened together with this one under an alias. A
// cache that was opened alone knows only "default", itself.
func (c *Cache) Named(alias string) (*Cache, error) {
	if c.siblings != nil {
		return c.siblings.Get(alias)
	}
	if alias == "default" {
		return c, nil
	}
	return nil, fmt.Errorf("larder: no cache %q; a cache opened alone knows only \"default\"", alias)
}
