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
	// and writes the results into ops. Other callers may come in between. After
	// an error each step may have happened or not, and the results mean nothing.
	Batch(ctx context.Context, ops []Op) error
}

// Batch takes steps in s as [Batcher] describes, in one round trip if the store
// can, else one after the other up to the first error. A step that adds returns
// [errors.ErrUnsupported] where [Add] does.
func Batch(ctx context.Context, s Store, ops []Op) error {
	if len(ops) == 0 {
		return ctx.Err()
	}
	if b, ok := s.(Batcher); ok {
		return b.Batch(ctx, ops)
	}
	for i := range ops {
		if err := ops[i].run(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (op *Op) run(ctx context.Context, s Store) (err error) {
	switch op.Do {
	case OpGet:
		op.Value, op.OK, err = s.Get(ctx, op.Key)
		if op.OK {
			op.Value = present(op.Value)
		}
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
