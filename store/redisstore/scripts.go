package redisstore

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/redis/go-redis/v9"
)

// swapScript compares and changes one key in one step. The first argument says
// whether there must be a value, which is the second one then. The third is the
// new value, present only if there is a fourth: its lifetime in milliseconds, 0
// for no end.
var swapScript = redis.NewScript(`
local value = redis.call('GET', KEYS[1])
if ARGV[1] == 'absent' then
	if value then return 0 end
elseif value ~= ARGV[2] then
	return 0
end
if not ARGV[4] then
	redis.call('DEL', KEYS[1])
elseif ARGV[4] == '0' then
	redis.call('SET', KEYS[1], ARGV[3])
else
	redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
end
return 1
`)

// incrScript counts in a key that exists. The sum is read back as text, because
// a number of the script's language has only 53 bits.
var incrScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return false end
redis.call('INCRBY', KEYS[1], ARGV[1])
return redis.call('GET', KEYS[1])
`)

// Swap implements [store.Swapper].
func (s *Store) Swap(ctx context.Context, key string, old, new []byte, ttl time.Duration) (swapped bool, err error) {
	ctx, err = s.bound(ctx)
	if err != nil {
		return false, err
	}
	tooLarge := admit(key, new)
	cmd, err := s.run(ctx, swapScript, key, swapArgs(old, new, ttl, tooLarge != nil)...)
	if err != nil {
		return false, wrap(err)
	}
	swapped, err = cmd.Bool()
	if swapped && tooLarge != nil {
		return false, tooLarge
	}
	return swapped, wrap(err)
}

func swapArgs(old, new []byte, ttl time.Duration, remove bool) []any {
	args := []any{"present", old}
	if old == nil {
		args[0] = "absent"
	}
	switch {
	case new == nil || ttl <= 0 || remove:
		return args
	case ttl == store.Forever:
		return append(args, new, 0)
	}
	return append(args, new, milliseconds(ttl))
}

// Incr implements [store.Incrementer].
func (s *Store) Incr(ctx context.Context, key string, delta int64) (int64, error) {
	ctx, err := s.bound(ctx)
	if err != nil {
		return 0, err
	}
	cmd, err := s.run(ctx, incrScript, key, delta)
	switch {
	case errors.Is(err, redis.Nil):
		return 0, store.ErrNotFound
	case err != nil && strings.Contains(err.Error(), "not an integer"):
		return 0, fmt.Errorf("redisstore: value is no decimal integer: %w", errors.ErrUnsupported)
	case err != nil:
		return 0, wrap(err)
	}
	text, err := cmd.Text()
	if err != nil {
		return 0, wrap(err)
	}
	return strconv.ParseInt(text, 10, 64)
}

// run runs a script on a key: by its hash, and by its text if the server does
// not know that yet.
func (s *Store) run(ctx context.Context, script *redis.Script, key string, args ...any) (*redis.Cmd, error) {
	cmd := redis.NewCmd(ctx, append([]any{"evalsha", script.Hash(), 1, key}, args...)...)
	err := s.client.Process(ctx, once{cmd})
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		cmd = script.Eval(ctx, s.client, []string{key}, args...)
		err = cmd.Err()
	}
	return cmd, err
}
