package readthrough

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/store"
)

// Target is what an invalidation is about.
type Target struct {
	Tags []string
	Keys []*Key // units: every variant of each
	All  bool   // everything this engine's prefix holds
	Soft bool   // stale instead of dead; for tags only, and not with All
}

// Invalidate makes what the target names unusable. Once it has returned nil,
// no request that begins afterwards gets bytes whose rendering began before
// the call, in any process that uses the same store and prefix.
//
// An error means that the store could not be told. This process treats the
// target as invalid nevertheless, and goes on telling the store until it
// succeeds; other processes may use what they have until then.
//
// Call it after the change it is about was committed. With rows that are read
// from a lagging replica no cache can be right: invalidate once more after the
// lag.
func (e *Engine) Invalidate(ctx context.Context, t Target) error {
	if e.closed.Load() {
		return ErrClosed
	}
	err := e.marks.invalidate(ctx, t)
	if err != nil {
		err = fmt.Errorf("larder: invalidate: %w", err)
	}
	if h := e.hooks.Invalidate; h != nil {
		h(ctx, observe.Invalidate{Tags: t.Tags, Keys: len(t.Keys), All: t.All, Soft: t.Soft, Err: err})
	}
	return err
}

func (m *sharedMarks) invalidate(ctx context.Context, t Target) error {
	err := m.guard.allow()
	if err == nil || m.pending.heard.Load() {
		err = m.tell(ctx, t)
		m.guard.note(ctx, "invalidate", err)
	}
	if err != nil {
		m.pending.heard.Store(false)
		m.pending.add(m, t)
		return err
	}
	if m.near != nil {
		m.near.forget()
		return m.near.settle(ctx)
	}
	return nil
}

// tell writes an invalidation: a fresh pulse, the marks, a fresh pulse again,
// each step in effect before the next one. Without the first pulse a late tag
// could be taken after its mark was deleted while the pulse still looks
// unchanged; without the second a lagging reader could confirm an old mark
// under the new pulse.
func (m *sharedMarks) tell(ctx context.Context, t Target) error {
	ctx, cancel := context.WithTimeout(ctx, 4*m.e.o.Timeout)
	defer cancel()
	pulse := m.beat(t)
	ops := append([]store.Op{}, pulse()...)
	if t.Soft && !t.All {
		if err := store.Batch(ctx, m.s, ops); err != nil {
			return err
		}
		for _, tag := range t.Tags {
			if err := m.soften(ctx, m.mark(tag)); err != nil {
				return err
			}
		}
		ops = nil
	} else {
		for _, tag := range t.Tags {
			ops = append(ops, store.Op{Do: store.OpDelete, Key: m.mark(tag)})
		}
	}
	for _, k := range t.Keys {
		ops = append(ops, store.Op{Do: store.OpDelete, Key: m.index(k)})
	}
	if t.All {
		clear, err := m.clear(ctx)
		if err != nil {
			return err
		}
		ops = append(append(ops, clear...), m.clearApart()...)
	}
	return store.Batch(ctx, m.s, append(ops, pulse()...))
}

// beat returns what gives the pulses that concern t fresh tokens.
func (m *sharedMarks) beat(t Target) func() []store.Op {
	concerned := map[int]bool{}
	for _, tag := range t.Tags {
		concerned[m.shard(tag)] = true
	}
	for _, k := range t.Keys {
		concerned[m.shard(k.unit)] = true
	}
	return func() (ops []store.Op) {
		for i, key := range m.pulses {
			if t.All || concerned[i] {
				ops = append(ops, store.Op{Do: store.OpSet, Key: key, Value: encodeToken(newToken()), TTL: store.Forever})
			}
		}
		return ops
	}
}

// clear returns what gives every copy of the root a fresh token.
func (m *sharedMarks) clear(ctx context.Context) (ops []store.Op, err error) {
	name, err := store.Incarnation(ctx, m.s)
	if err != nil {
		return nil, err
	}
	fresh := rootRecord{newToken(), incarnationOf(name)}.encode()
	for _, key := range m.roots {
		ops = append(ops, store.Op{Do: store.OpSet, Key: key, Value: fresh, TTL: store.Forever})
	}
	return ops, nil
}

// soften gives a mark a fresh token and lets it remember the old one as stale.
func (m *sharedMarks) soften(ctx context.Context, key string) error {
	for {
		raw, found, err := m.s.Get(ctx, key)
		if err != nil || !found {
			return err
		}
		mark, ok := decodeMark(raw)
		if !ok {
			_, err := m.s.Delete(ctx, key)
			return err
		}
		life := max(time.Until(time.Unix(mark.ends, 0)), recordLife(0))
		swapped, err := store.Swap(ctx, m.s, key, raw, mark.softened().encode(), life)
		if errors.Is(err, errors.ErrUnsupported) { // no Swap: soft means hard
			_, err := m.s.Delete(ctx, key)
			return err
		}
		if err != nil || swapped {
			return err
		}
	}
}
