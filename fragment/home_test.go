package fragment

import (
	"strings"
	"testing"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/store"
)

func TestDelete(t *testing.T) {
	a := newApp(t, `{{cache 60 "n" .}}{{count}}{{endcache}}`)
	a.want(t, 1, "1")
	a.want(t, 2, "2")
	if err := a.Delete(t.Context(), "n", 1); err != nil {
		t.Fatal(err)
	}
	a.want(t, 1, "3")
	a.want(t, 2, "2")
	if err := a.Delete(t.Context(), "never rendered", "x"); err != nil {
		t.Error(err)
	}
	if err := a.Delete(t.Context(), "n", map[int]int{}); err == nil || !strings.Contains(err.Error(), `vary value 1 of "n" is a map[int]int; allowed are text`) {
		t.Errorf("got %v, want an error that says what is allowed", err)
	}
}

func openCaches(t *testing.T, aliases ...string) larder.Caches {
	t.Helper()
	conf := map[string]larder.Config{}
	for _, a := range aliases {
		conf[a] = larder.Config{}
	}
	caches, err := larder.OpenCaches(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { caches.Close() })
	return caches
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestUsing: the alias of the block, else template_fragments, else the cache
// of the set. What was cleared tells where a block was.
func TestUsing(t *testing.T) {
	for _, c := range []struct {
		name, text string
		aliases    []string
		want       string
	}{
		{"cache of the set", `{{cache 60 "n"}}{{count}}{{endcache}}`, []string{"default", "side"}, "default"},
		{"template_fragments", `{{cache 60 "n"}}{{count}}{{endcache}}`, []string{"default", "template_fragments"}, "template_fragments"},
		{"alias", `{{cache 60 "n" (using "side")}}{{count}}{{endcache}}`, []string{"default", "side", "template_fragments"}, "side"},
		{"alias computed", `{{cache 60 "n" (using .)}}{{count}}{{endcache}}`, []string{"default", "side", "template_fragments"}, "side"},
	} {
		t.Run(c.name, func(t *testing.T) {
			caches := openCaches(t, c.aliases...)
			a := &app{}
			a.compile(t, must(caches.Get("default")), c.text)
			a.want(t, "side", "1")
			for _, alias := range c.aliases {
				if alias != c.want {
					must(caches.Get(alias)).Clear(t.Context())
				}
			}
			a.want(t, "side", "1")
			must(caches.Get(c.want)).Clear(t.Context())
			a.want(t, "side", "2")
		})
	}
}

func TestDeleteReachesAllCachesOfTheSet(t *testing.T) {
	caches := openCaches(t, "default", "side", "template_fragments")
	a := &app{}
	a.compile(t, must(caches.Get("default")), `{{cache 60 "n"}}{{count}}{{endcache}} {{cache 60 "n" (using "side")}}{{count}}{{endcache}}`)
	a.want(t, nil, "1 2")
	if err := a.Delete(t.Context(), "n"); err != nil {
		t.Fatal(err)
	}
	a.want(t, nil, "3 4")
}

// TestDefaultCache: without a cache it is larder.Default() at the moment.
func TestDefaultCache(t *testing.T) {
	before := larder.Default()
	t.Cleanup(func() { larder.SetDefault(before) })
	a := &app{}
	a.compile(t, nil, `{{cache 60 "TestDefaultCache"}}{{count}}{{endcache}}`)
	one, two := newCache(t), newCache(t)
	larder.SetDefault(one)
	a.want(t, nil, "1")
	larder.SetDefault(two)
	a.want(t, nil, "2")
	larder.SetDefault(one)
	a.want(t, nil, "1")
}

func TestSharedStore(t *testing.T) {
	s := must(store.Open(t.Context(), "memory://"))
	one, two := &app{}, &app{}
	for _, a := range []*app{one, two} {
		c := larder.New(s)
		defer c.Close()
		a.compile(t, c, `{{cache 60 "n"}}{{count}}{{endcache}}`)
		a.cache = c
	}
	one.want(t, nil, "1")
	two.calls = 10
	two.want(t, nil, "1")
	two.invalidate(t, Key("n"))
	one.want(t, nil, "2")
	two.want(t, nil, "2")
}
