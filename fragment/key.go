package fragment

import (
	"context"
	"errors"
	"fmt"

	"github.com/larder-go/larder"
)

// Key is the tag that each block of that name with those vary values carries,
// whatever template it stands in:
//
//	cache.Invalidate(ctx, fragment.Key("side", user.ID))
//
// makes {{cache "15m" "side" .User.ID}} unusable, and all blocks and pages that
// show it, in any process. It works for blocks that nobody has rendered yet.
// Values are compared by what they are, not by how they print: 1 is not "1",
// but an int64 is the same as an int. For a value that no block can vary on
// Key returns a tag that no block carries.
func Key(name string, vary ...any) string {
	key, err := keyOf(name, vary)
	if err != nil {
		return tagPrefix + "!"
	}
	return key
}

func keyOf(name string, vary []any) (_ string, err error) {
	tag := appendName(nil, name)
	for i, v := range vary {
		if tag, err = appendVary(tag, v); err != nil {
			return "", fmt.Errorf("fragment: vary value %d of %q is a %T; %w", i+1, name, v, err)
		}
	}
	return shorten(tag), nil
}

// Delete makes the block of that name with those vary values unusable, as
// Invalidate with its [Key] does: in the cache of this set, and in those that
// its blocks name in (using …) as literal text. A value that no block can vary
// on is an error.
func (t *Template) Delete(ctx context.Context, name string, vary ...any) error {
	key, err := keyOf(name, vary)
	if err != nil {
		return err
	}
	s, err := t.load()
	if err != nil {
		return err
	}
	var errs []error
	for _, c := range t.currentHome().caches(s.blocks) {
		errs = append(errs, c.Invalidate(ctx, key))
	}
	return errors.Join(errs...)
}

// caches are all that the blocks may be kept in, and the one whose pages show
// them.
func (h *home) caches(blocks []*block) []*larder.Cache {
	aliases := map[string]bool{usualAlias: true}
	for _, b := range blocks {
		aliases[b.alias] = true
	}
	found := []*larder.Cache{h.cache}
	for alias := range aliases {
		if c, err := h.cache.Named(alias); err == nil && c != h.cache {
			found = append(found, c)
		}
	}
	return found
}
