package store

import (
	"context"
	"fmt"
	"time"
)

// Action is what one step of a [Batch] does.
type Action uint8

// The steps that a batch can be made of. The zero Action is none of them.
const (
	OpGet    Action = iota + 1 // Store.Get
	OpSet                      // Store.Set
	OpAdd                      // Adder.Add
	OpDelete                   // Store.Delete
)

// String returns the name of the method that a stands for.
func (a Action) String() string {
	switch a {
	case OpGet:
		return "get"
	case OpSet:
		return "set"
	case OpAdd:
		return "add"
	case OpDelete:
		return "delete"
	}
	return fmt.Sprintf("action(%d)", uint8(a))
}

// Op is one step of a [Batch], and holds its result afterwards.
type Op struct {
	Do    Action
	Key   string
	Value []byte        // to be stored; after OpGet the value found, nil for a miss, empty and not nil for an empty value
	TTL   time.Duration // of OpSet and OpAdd, as in Store.Set
	OK    bool          // result: found, stored, added, existed
}

// Batcher is a store that takes several steps in one round trip.
type Batcher interface {
	// Batch takes the steps in order, each in effect before the next one begins,
	// and writes the results into ops. Gets that follow one another are one step,
	// and may read at different moments. Other callers may come in between. After
	// an error each step may have happened or not, and the results mean nothing.
	Batch(ctx context.Context, ops []Op) error
}

// Batch takes steps in s as [Batcher] describes, in one round trip if the store
// can, else one after the other up to the first error, gets in a row by one
// [GetMany]. A step that adds returns [errors.ErrUnsupported] where [Add] does.
func Batch(ctx context.Context, s Store, ops []Op) error {
	if len(ops) == 0 {
		return ctx.Err()
	}
	if b, ok := s.(Batcher); ok {
		return b.Batch(ctx, ops)
	}
	for len(ops) > 0 {
		n, err := step(ctx, s, ops)
		if err != nil {
			return err
		}
		ops = ops[n:]
	}
	return nil
}

// step takes the first step of ops, or the first n if all of them only read.
func step(ctx context.Context, s Store, ops []Op) (n int, err error) {
	if n = gets(ops); n > 0 {
		return n, read(ctx, s, ops[:n])
	}
	return 1, ops[0].run(ctx, s)
}

// gets is how many steps ops begins with that only read.
func gets(ops []Op) (n int) {
	for n < len(ops) && ops[n].Do == OpGet {
		n++
	}
	return n
}

func read(ctx context.Context, s Store, ops []Op) error {
	keys := make([]string, len(ops))
	for i := range ops {
		keys[i] = ops[i].Key
	}
	values, err := GetMany(ctx, s, keys)
	for i, value := range values {
		ops[i].Value, ops[i].OK = value, value != nil
	}
	return err
}

func (op *Op) run(ctx context.Context, s Store) (err error) {
	switch op.Do {
	case OpSet:
		err = s.Set(ctx, op.Key, op.Value, op.TTL)
		op.OK = err == nil
	case OpAdd:
		op.OK, err = Add(ctx, s, op.Key, op.Value, op.TTL)
	case OpDelete:
		op.OK, err = s.Delete(ctx, op.Key)
	default:
		err = op.Invalid()
	}
	return err
}

// Invalid returns the error of a step whose Do is none of the actions. It is
// for the writers of backends.
func (op *Op) Invalid() error {
	return fmt.Errorf("store: batch: %v of key %q is none of get, set, add, delete", op.Do, op.Key)
}
