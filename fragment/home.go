package fragment

import (
	"github.com/larder-go/larder"
	"github.com/larder-go/larder/readthrough"
)

// usualAlias is the alias of the cache that blocks use if there is one.
const usualAlias = "template_fragments"

// A home is where the blocks of a set are kept.
type home struct {
	cache *larder.Cache       // that New was given
	usual *readthrough.Engine // of blocks that name no other
}

func newHome(c *larder.Cache) *home {
	usual := c
	if named, err := c.Named(usualAlias); err == nil {
		usual = named
	}
	return &home{c, usual.Engine()}
}

// engine is that of the cache with an alias, "" for the usual one. With an
// error comes the usual one too, to report to.
func (h *home) engine(alias string) (*readthrough.Engine, error) {
	if alias == "" {
		return h.usual, nil
	}
	c, err := h.cache.Named(alias)
	if err != nil {
		return h.usual, err
	}
	return c.Engine(), nil
}
