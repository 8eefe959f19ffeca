package redisstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/redis/go-redis/v9"
)

// once is a command that the client must not try again, whatever its options.
type once struct{ redis.Cmder }

// NoRetry implements redis.Cmder.
func (once) NoRetry() bool { return true }

// Set implements [store.Store].
func (s *Store) Set(ctx context.Context, key string, value []byte, ttl time.Duration) error {
	ctx, err := s.bound(ctx)
	if err != nil {
		return err
	}
	if err := admit(key, value); err != nil {
		return errors.Join(err, wrap(s.client.Del(ctx, key).Err()))
	}
	cmd := setCommand(ctx, key, value, ttl)
	return wrap(s.client.Process(ctx, cmd))
}

// SetMany implements [store.MultiSetter] with one pipeline for each server.
func (s *Store) SetMany(ctx context.Context, items []store.Item) error {
	ctx, err := s.bound(ctx)
	if err != nil {
		return err
	}
	var failed store.KeyErrors
	pipe := s.client.Pipeline()
	for _, item := range items {
		if err := admit(item.Key, item.Value); err != nil {
			failed.Add(item.Key, err)
			item.TTL = 0
		}
		_ = pipe.Process(ctx, setCommand(ctx, item.Key, item.Value, item.TTL))
	}
	cmds, _ := pipe.Exec(ctx) // each command has its own error
	for i, cmd := range cmds {
		failed.Add(items[i].Key, wrap(cmd.Err()))
	}
	return failed.Err()
}

// Delete implements [store.Store].
func (s *Store) Delete(ctx context.Context, key string) (existed bool, err error) {
	ctx, err = s.bound(ctx)
	if err != nil {
		return false, err
	}
	n, err := s.client.Del(ctx, key).Result()
	return n > 0, wrap(err)
}

// DeleteMany implements [store.MultiDeleter] with one pipeline for each server.
func (s *Store) DeleteMany(ctx context.Context, keys []string) error {
	ctx, err := s.bound(ctx)
	if err != nil {
		return err
	}
	return unlink(ctx, s.client, keys)
}

// unlink removes keys one by one, so that it works across the slots of a
// Cluster, in a pipeline.
func unlink(ctx context.Context, client redis.Cmdable, keys []string) error {
	pipe := client.Pipeline()
	for _, key := range keys {
		pipe.Unlink(ctx, key)
	}
	var failed store.KeyErrors
	cmds, _ := pipe.Exec(ctx) // each command has its own error
	for i, cmd := range cmds {
		failed.Add(keys[i], wrap(cmd.Err()))
	}
	return failed.Err()
}

// Add implements [store.Adder].
func (s *Store) Add(ctx context.Context, key string, value []byte, ttl time.Duration) (added bool, err error) {
	ctx, err = s.bound(ctx)
	if err != nil {
		return false, err
	}
	if err := admit(key, value); err != nil {
		return false, err
	}
	cmd, wasAbsent := addCommand(ctx, key, value, ttl)
	if err := s.client.Process(ctx, cmd); err != nil {
		return false, wrap(err)
	}
	return wasAbsent(), nil
}

// Touch implements [store.Toucher].
func (s *Store) Touch(ctx context.Context, key string, ttl time.Duration) (existed bool, err error) {
	ctx, err = s.bound(ctx)
	switch {
	case err != nil:
		return false, err
	case ttl <= 0:
		n, err := s.client.Del(ctx, key).Result()
		return n > 0, wrap(err)
	case ttl == store.Forever:
		return s.persist(ctx, key)
	}
	existed, err = s.client.PExpire(ctx, key, inMilliseconds(ttl)).Result()
	return existed, wrap(err)
}

// persist asks separately whether the key is there: the command that takes its
// lifetime away does not tell an absent key from one that has none.
func (s *Store) persist(ctx context.Context, key string) (existed bool, err error) {
	pipe := s.client.Pipeline()
	pipe.Persist(ctx, key)
	n := pipe.Exists(ctx, key)
	if _, err := pipe.Exec(ctx); err != nil {
		return false, wrap(err)
	}
	return n.Val() > 0, nil
}

// setCommand returns the command that does what Store.Set does.
func setCommand(ctx context.Context, key string, value []byte, ttl time.Duration) redis.Cmder {
	switch {
	case ttl <= 0:
		return redis.NewIntCmd(ctx, "del", key)
	case ttl == store.Forever:
		return redis.NewStatusCmd(ctx, "set", key, value)
	}
	return redis.NewStatusCmd(ctx, "set", key, value, "px", milliseconds(ttl))
}

// addCommand returns the command that does what Add does, and a function that
// reads from its reply whether the key was absent.
func addCommand(ctx context.Context, key string, value []byte, ttl time.Duration) (cmd redis.Cmder, wasAbsent func() bool) {
	if ttl <= 0 {
		exists := redis.NewIntCmd(ctx, "exists", key)
		return exists, func() bool { return exists.Val() == 0 }
	}
	args := []any{"set", key, value, "nx"}
	if ttl != store.Forever {
		args = append(args, "px", milliseconds(ttl))
	}
	set := redis.NewBoolCmd(ctx, args...)
	return once{set}, set.Val
}

// milliseconds rounds ttl up, since nothing may expire early.
func milliseconds(ttl time.Duration) int64 {
	return int64(ttl/time.Millisecond) + min(1, int64(ttl%time.Millisecond))
}

// inMilliseconds is ttl in a form that the client does not round down.
func inMilliseconds(ttl time.Duration) time.Duration {
	return time.Duration(min(milliseconds(ttl), int64(store.Forever/time.Millisecond))) * time.Millisecond
}

// admit tells whether Redis takes so much.
func admit(key string, value []byte) error {
	if n := len(key) + len(value); n >= maxValue {
		return fmt.Errorf("redisstore: %d bytes, limit %d: %w", n, maxValue, store.ErrTooLarge)
	}
	return nil
}
