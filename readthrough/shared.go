package readthrough

import (
	"context"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/larder-go/larder/store"
)

// sharedMarks is coherence on a store that other processes use too: random
// tokens, compared for equality. An entry names the token of each record it
// depends on, as it was before its rendering began. It counts only if all of
// them are there now, the same.
type sharedMarks struct {
	e       *Engine
	s       store.Store
	guard   *guard
	shards  int
	roots   []string // keys of the root's copies
	pulses  []string
	guess   []atomic.Uint64 // token of each root copy as last read
	pending pending
	near    *nearCopies // nil: none
}

func newSharedMarks(e *Engine) *sharedMarks {
	m := &sharedMarks{e: e, s: e.store, shards: store.Shards(e.store)}
	m.guess = make([]atomic.Uint64, m.shards)
	for i := range m.shards {
		m.roots = append(m.roots, e.space+"P"+strconv.Itoa(i))
		m.pulses = append(m.pulses, e.space+"G"+strconv.Itoa(i))
	}
	m.pending.init()
	m.guard = &guard{e: e, start: time.Now(), pending: m.pending.any}
	if bytes, lag := store.Near(e.store); bytes > 0 {
		m.near = newNearCopies(m, bytes, lag)
	}
	return m
}

func (m *sharedMarks) local() bool { return false }

func (m *sharedMarks) names(k *Key) []string { return nil }

func (m *sharedMarks) shard(text string) int {
	if m.shards == 1 {
		return 0
	}
	var h uint32 = 2166136261
	for i := range len(text) {
		h = (h ^ uint32(text[i])) * 16777619
	}
	return int(h % uint32(m.shards))
}

func (m *sharedMarks) root(k *Key) string  { return m.roots[m.shard(k.unit)] }
func (m *sharedMarks) index(k *Key) string { return m.e.space + "I{" + k.unit + "}" }
func (m *sharedMarks) mark(tag string) string {
	return m.e.space + "M" + digest18(tag)
}

func (m *sharedMarks) rooted(k *Key) Varied {
	return rootText(tokenText(m.guess[m.shard(k.unit)].Load()))
}

func tokenText(t uint64) string { return printable(encodeToken(t)) }

// get is one guarded round trip.
func (m *sharedMarks) get(ctx context.Context, op string, keys []string) ([][]byte, error) {
	if err := m.guard.allow(); err != nil {
		return nil, err
	}
	vals, err := store.GetMany(ctx, m.s, keys)
	m.guard.note(ctx, op, err)
	return vals, err
}

// reads is the GetMany that a lookup of va needs, as far as is known.
func (m *sharedMarks) reads(k *Key, va *variant) *reads {
	if r := va.reads.Load(); r != nil {
		return r
	}
	return m.predict(k, va, nil)
}

// predict notes which tags an entry carries, for the next lookup's GetMany.
func (m *sharedMarks) predict(k *Key, va *variant, tags []string) *reads {
	r := &reads{tags: tags, keys: []string{va.entry, m.root(k)}}
	if k.face.Indexed {
		r.keys = append(r.keys, m.index(k))
	}
	for _, t := range tags {
		r.keys = append(r.keys, m.mark(t))
	}
	va.reads.Store(r)
	return r
}

// A reading is what one GetMany of a lookup brought.
type reading struct {
	k       *Key
	va      *variant
	reads   *reads
	entry   []byte
	rootRaw []byte
	root    rootRecord
	rootOK  bool
	idxRaw  []byte
	index   indexRecord
	indexOK bool
	marks   [][]byte // aligned with reads.tags
	flushed uint64   // pending.flushed before the reading

	together bool // others are read with it: what it lacks is read with what they lack
	lacks    bool // it was together, and lacked marks
	void     bool // no entry under this root counts any more
}

func readingOf(k *Key, va *variant, r *reads, vals [][]byte, flushed uint64) (g reading) {
	g = reading{k: k, va: va, reads: r, entry: vals[0], rootRaw: vals[1], marks: vals[2:], flushed: flushed}
	g.root, g.rootOK = decodeRoot(g.rootRaw)
	if k.face.Indexed {
		g.idxRaw, g.marks = vals[2], vals[3:]
		g.index, g.indexOK = decodeIndex(g.idxRaw)
	}
	return g
}

func (m *sharedMarks) find(ctx context.Context, k *Key, v Varied) (*Entry, error) {
	ctx, cancel := m.e.step(ctx)
	defer cancel()
	s := k.seen.Load()
	for range 4 {
		if k.face.Rooted {
			v = m.rooted(k)
		}
		va := m.e.variant(k, s, v)
		n, under, err := m.nearby(ctx, k, va)
		if n != nil || err != nil {
			return n, err
		}
		r := m.reads(k, va)
		flushed := m.pending.flushed.Load()
		vals, err := m.get(ctx, "lookup", r.keys)
		if err != nil {
			return nil, err
		}
		g := readingOf(k, va, r, vals, flushed)
		n, again, err := m.judge(ctx, &g)
		if !again {
			m.keepNear(va, n, under)
			return n, err
		}
		s = k.seen.Load()
	}
	return nil, nil // what it varies on changes faster than it can be read
}

// nearby is the near copy of va, if it counts, and else the pulse under which
// what is going to be read may become one. Values have no near copies, since a
// plain Set by another process must show at once.
func (m *sharedMarks) nearby(ctx context.Context, k *Key, va *variant) (*Entry, *pulse, error) {
	if m.near == nil || k.face.Rooted {
		return nil, nil, nil
	}
	flushed := m.pending.flushed.Load()
	if n := m.near.get(va.entry); n != nil && n.FreshUntil > m.e.Now() && !m.pending.touches(k, n) && m.pending.flushed.Load() == flushed {
		return n, nil, nil
	}
	under, err := m.near.pulse(ctx)
	return nil, under, err
}

func (m *sharedMarks) keepNear(va *variant, n *Entry, under *pulse) {
	if n != nil && under != nil {
		m.near.keep(va.entry, n, under)
	}
}

// judge decides about one reading. again: what had been guessed was wrong, the
// right thing is known now and has to be read.
func (m *sharedMarks) judge(ctx context.Context, g *reading) (n *Entry, again bool, err error) {
	if !g.rootOK || m.void(ctx, g) {
		return nil, false, nil
	}
	if g.k.face.Rooted {
		if at := &m.guess[m.shard(g.k.unit)]; at.Load() != g.root.token || g.va.values != tokenText(g.root.token) {
			at.Store(g.root.token)
			return nil, true, nil
		}
	}
	if g.k.face.Indexed {
		if !g.indexOK {
			return nil, false, nil
		}
		if len(g.reads.tags) == 0 && len(g.index.tags) > 0 && g.entry == nil {
			m.predict(g.k, g.va, g.index.tags)
		}
		if !slices.Equal(g.index.names, g.k.seen.Load().names) {
			g.k.relearn(g.index.names)
			return nil, true, nil
		}
	}
	if g.entry == nil {
		return nil, false, nil
	}
	if n, err = m.e.decode(g.k.face, g.entry, g.va.check); err != nil {
		m.e.failed(ctx, "decode", err)
		return nil, false, nil
	}
	ok, err := m.counts(ctx, g, n)
	if !ok {
		return nil, g.lacks, err
	}
	return n, false, nil
}

// counts compares the stamp of n with the records of the reading.
func (m *sharedMarks) counts(ctx context.Context, g *reading, n *Entry) (bool, error) {
	if m.pending.touches(g.k, n) || m.pending.flushed.Load() != g.flushed {
		return false, nil // or it was pending when the records were read
	}
	if n.kind == kindBare {
		return g.k.face.Rooted, nil
	}
	if n.root != g.root.token || (g.k.face.Indexed && n.index != g.index.token) {
		return false, nil
	}
	tags := n.Tags()
	marks, err := m.marksOf(ctx, g, tags)
	if marks == nil {
		return len(tags) == 0, err
	}
	for i := range tags {
		mark, ok := decodeMark(marks[i])
		switch {
		case !ok:
			return false, nil
		case mark.token == n.stamped.tokens[i]:
		case slices.Contains(mark.soft, n.stamped.tokens[i]):
			n.soft.Store(true)
		default:
			return false, nil
		}
	}
	return true, nil
}

// marksOf are the marks of tags, from the reading if it has them. nil: there are
// none, or the reading lacks them, or the server's memory may have gone back since
// the rest was read.
func (m *sharedMarks) marksOf(ctx context.Context, g *reading, tags []string) ([][]byte, error) {
	if slices.Equal(tags, g.reads.tags) {
		return g.marks, nil
	}
	r := m.predict(g.k, g.va, tags)
	if len(tags) == 0 {
		return nil, nil
	}
	if g.lacks = g.together; g.lacks {
		return nil, nil
	}
	marks, err := m.get(ctx, "lookup", r.keys[len(r.keys)-len(tags):])
	if err != nil || m.void(ctx, g) {
		return nil, err
	}
	return marks, nil
}

// void reports whether the root was made before the server's memory may have
// gone back in time, and replaces it if so.
func (m *sharedMarks) void(ctx context.Context, g *reading) bool {
	name, err := store.Incarnation(ctx, m.s)
	if err != nil {
		m.guard.note(ctx, "incarnation", err)
		g.void = true
		return true
	}
	now := incarnationOf(name)
	if g.root.of(now) {
		return false
	}
	g.void = true
	fresh := rootRecord{newToken(), now}
	_, err = store.Swap(ctx, m.s, m.root(g.k), g.rootRaw, fresh.encode(), store.Forever)
	m.guard.note(ctx, "incarnation", err)
	return true
}
