package redisstore

import (
	"context"
	"iter"
	"strings"

	"github.com/redis/go-redis/v9"
)

// scanCount is how many keys a server looks at for one answer while listing.
// It serves nobody else meanwhile.
const scanCount = 500

// Keys implements [store.Lister], with SCAN on all primaries.
func (s *Store) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := s.scan(ctx, prefix, func(_ *redis.Client, keys []string) (more bool, err error) {
			for _, key := range keys {
				if !yield(key, nil) {
					return false, nil
				}
			}
			return true, nil
		})
		if err != nil {
			yield("", err)
		}
	}
}

// Clear implements [store.Clearer]: it lists and removes, part by part.
func (s *Store) Clear(ctx context.Context, prefix string) error {
	return s.scan(ctx, prefix, func(server *redis.Client, keys []string) (more bool, err error) {
		ctx, err := s.bound(ctx)
		if err != nil || len(keys) == 0 {
			return err == nil, err
		}
		err = unlink(ctx, server, keys)
		return err == nil, err
	})
}

// scan gives each part of the keys with the prefix to visit, until it says that
// it wants no more.
func (s *Store) scan(ctx context.Context, prefix string, visit func(server *redis.Client, keys []string) (more bool, err error)) error {
	servers, err := s.servers(ctx)
	if err != nil {
		return err
	}
	pattern := literal(prefix) + "*"
	for _, server := range servers {
		for cursor := uint64(0); ; {
			bound, err := s.bound(ctx)
			if err != nil {
				return err
			}
			var keys []string
			keys, cursor, err = server.Scan(bound, cursor, pattern, scanCount).Result()
			if err != nil {
				return wrap(err)
			}
			if more, err := visit(server, keys); !more || err != nil {
				return err
			}
			if cursor == 0 {
				break
			}
		}
	}
	return nil
}

// literal returns a pattern that matches prefix and nothing else.
func literal(prefix string) string {
	return patternEscaper.Replace(prefix)
}

var patternEscaper = strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `]`, `\]`, `^`, `\^`, `-`, `\-`, `\`, `\\`)
