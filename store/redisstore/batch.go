package redisstore

import (
	"context"
	"errors"

	"github.com/larder-go/larder/store"
	"github.com/redis/go-redis/v9"
)

// Batch implements [store.Batcher]: with one ordered pipeline on one server. The
// servers of a Cluster know no common order, so there the steps are taken one
// after the other, but for gets in a row.
func (s *Store) Batch(ctx context.Context, ops []store.Op) error {
	if s.single == nil {
		return store.Batch(ctx, oneByOne{s, s, s}, ops)
	}
	ctx, err := s.bound(ctx)
	if err != nil {
		return err
	}
	pipe := s.single.Pipeline()
	results := make([]func(op *store.Op), len(ops))
	for i := range ops {
		cmd, result, err := step(ctx, &ops[i])
		if err != nil {
			return err
		}
		results[i] = result
		_ = pipe.Process(ctx, cmd)
	}
	cmds, _ := pipe.Exec(ctx) // each command has its own error
	for i, cmd := range cmds {
		if err := cmd.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return wrap(err)
		}
		results[i](&ops[i])
	}
	return nil
}

// oneByOne is a store without its Batch.
type oneByOne struct {
	store.Store
	store.Adder
	store.MultiGetter
}

// step returns the command for a step, and what writes its reply into the step.
func step(ctx context.Context, op *store.Op) (cmd redis.Cmder, result func(op *store.Op), err error) {
	if op.Do == store.OpSet || op.Do == store.OpAdd {
		if err := admit(op.Key, op.Value); err != nil {
			return nil, nil, err
		}
	}
	switch op.Do {
	case store.OpGet:
		get := redis.NewStringCmd(ctx, "get", op.Key)
		return get, func(op *store.Op) { readStep(op, get) }, nil
	case store.OpSet:
		return setCommand(ctx, op.Key, op.Value, op.TTL), func(op *store.Op) { op.OK = true }, nil
	case store.OpAdd:
		add, added := addCommand(ctx, op.Key, op.Value, op.TTL)
		return add, func(op *store.Op) { op.OK = added() }, nil
	case store.OpDelete:
		del := redis.NewIntCmd(ctx, "del", op.Key)
		return del, func(op *store.Op) { op.OK = del.Val() > 0 }, nil
	}
	return nil, nil, op.Invalid()
}

func readStep(op *store.Op, get *redis.StringCmd) {
	op.OK = get.Err() == nil
	op.Value = nil
	if op.OK {
		op.Value = readOnly(get.Val())
	}
}
