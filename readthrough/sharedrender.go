package readthrough

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/larder-go/larder/store"
)

// begin takes the lease and the stamp. While another process has the lease it
// waits for what that makes, if r may wait.
func (m *sharedMarks) begin(r *Render, a *Access) *Entry {
	n := m.stamp(r, a)
	for r.deferred && !a.until.IsZero() {
		if n = m.outwait(r, a); a.usable(n, m.e.Now()) || r.Why() != "" {
			return n
		}
		r.begun, r.clock = m.e.Now(), time.Now()
		n = m.stamp(r, a)
	}
	return n
}

// stamp takes the stamp: root, index, the marks of the tags that are expected,
// and the pulses. What is absent is made. All of it is read before the render
// begins, which is what makes the stamp mean something.
func (m *sharedMarks) stamp(r *Render, a *Access) *Entry {
	if store.Forgets(m.s) { // nobody need wait to hear that
		r.forbid("mark-lost")
		return nil
	}
	ctx, cancel := m.e.limited(r.ctx)
	defer cancel()
	for range 4 {
		n, again, err := m.tryStamp(ctx, r, a)
		if err != nil {
			r.forbid(sealStatus(err))
			return nil
		}
		if !again {
			return n
		}
	}
	r.forbid("index-changed")
	return nil
}

func (m *sharedMarks) tryStamp(ctx context.Context, r *Render, a *Access) (n *Entry, again bool, err error) {
	k := r.key
	va := m.e.variant(k, k.seen.Load(), m.variedOf(r))
	rd := m.reads(k, va)
	if tags := union(rd.tags, r.Tags()); len(tags) > len(rd.tags) {
		rd = m.predict(k, va, tags[:min(len(tags), MaxTags)])
	}
	flushed := m.pending.flushed.Load()
	vals, err := m.open(ctx, r, va, append(rd.keys[:len(rd.keys):len(rd.keys)], m.pulses...))
	if err != nil {
		return nil, false, err
	}
	g := readingOf(k, va, rd, vals[:len(rd.keys)], flushed)
	pulses := vals[len(rd.keys):]
	if g.rootOK && m.void(ctx, &g) {
		return nil, true, nil
	}
	if n, again, err = m.judge(ctx, &g); again || err != nil || a.usable(n, r.begun) {
		return n, again, err
	}
	if r.deferred = r.defers(a, n); r.deferred {
		return n, false, nil
	}
	if err := m.sweep(ctx, &g); err != nil {
		return nil, false, err
	}
	lost, err := m.create(ctx, &g, pulses, a)
	if err != nil {
		return nil, false, err
	}
	if lost {
		r.forbid("mark-lost")
	}
	return n, m.take(r, &g, pulses), nil
}

// sweep deletes the records of a reading that do not decode, so that they are
// made anew. A deletion can only make entries invalid.
func (m *sharedMarks) sweep(ctx context.Context, g *reading) error {
	var ops []store.Op
	drop := func(at *[]byte, key string, ok bool) {
		if *at != nil && !ok {
			*at, ops = nil, append(ops, store.Op{Do: store.OpDelete, Key: key})
		}
	}
	drop(&g.rootRaw, m.root(g.k), g.rootOK)
	if g.k.face.Indexed {
		drop(&g.idxRaw, m.index(g.k), g.indexOK)
	}
	for i, t := range g.reads.tags {
		_, ok := decodeMark(g.marks[i])
		drop(&g.marks[i], m.mark(t), ok)
	}
	if len(ops) == 0 {
		return nil
	}
	return m.batch(ctx, "begin", ops)
}

// create makes the records that the reading lacks, and fills them in. lost:
// one of them was gone again at once.
func (m *sharedMarks) create(ctx context.Context, g *reading, pulses [][]byte, a *Access) (lost bool, err error) {
	var ops []store.Op
	var into []*[]byte
	need := func(at *[]byte, key string, value []byte, ttl time.Duration) {
		if *at == nil {
			ops = append(ops, store.Op{Do: store.OpAdd, Key: key, Value: value, TTL: ttl})
			into = append(into, at)
		}
	}
	name, err := store.Incarnation(ctx, m.s)
	if err != nil {
		return false, err
	}
	life := recordLife(0)
	ends := time.Now().Add(life).Unix()
	need(&g.rootRaw, m.root(g.k), rootRecord{newToken(), incarnationOf(name)}.encode(), store.Forever)
	if g.k.face.Indexed {
		need(&g.idxRaw, m.index(g.k), indexRecord{token: newToken(), ends: ends, names: a.Names}.encode(), life)
	}
	for i, t := range g.reads.tags {
		need(&g.marks[i], m.mark(t), markRecord{token: newToken(), ends: ends}.encode(), life)
	}
	for i := range pulses {
		need(&pulses[i], m.pulses[i], encodeToken(newToken()), store.Forever)
	}
	return m.add(ctx, ops, into)
}

// add carries out the Adds, and reads back what somebody else made first.
func (m *sharedMarks) add(ctx context.Context, ops []store.Op, into []*[]byte) (lost bool, err error) {
	if len(ops) == 0 {
		return false, nil
	}
	values := make([][]byte, len(ops))
	for i := range ops {
		values[i] = ops[i].Value
	}
	err = m.batch(ctx, "begin", ops)
	if errors.Is(err, errors.ErrUnsupported) { // no Add: the last Set wins, and what the loser stamped is dead
		for i := range ops {
			ops[i].Do, ops[i].Value = store.OpSet, values[i]
		}
		err = m.batch(ctx, "begin", ops)
	}
	if err != nil {
		return false, err
	}
	var refused []string
	var back []*[]byte
	for i := range ops {
		if *into[i] = values[i]; !ops[i].OK {
			refused, back = append(refused, ops[i].Key), append(back, into[i])
		}
	}
	if len(refused) == 0 {
		return false, nil
	}
	vals, err := m.get(ctx, "begin", refused)
	if err != nil {
		return false, err
	}
	for i, v := range vals {
		*back[i] = v
		lost = lost || v == nil
	}
	return lost, nil
}

func (m *sharedMarks) batch(ctx context.Context, op string, ops []store.Op) error {
	if err := m.guard.allow(); err != nil {
		return err
	}
	err := store.Batch(ctx, m.s, ops)
	m.guard.note(ctx, op, err)
	return err
}

// take writes the reading into the render's stamp. again: the index that is
// there now varies on other names than the reading assumed.
func (m *sharedMarks) take(r *Render, g *reading, pulses [][]byte) (again bool) {
	s := stamp{taken: true, tokens: map[string]uint64{}, raw: map[string][]byte{}}
	root, ok := decodeRoot(g.rootRaw)
	if s.root = root.token; !ok {
		r.forbid("mark-lost")
	}
	if g.k.face.Rooted {
		s.rootText = tokenText(root.token)
		m.guess[m.shard(g.k.unit)].Store(root.token)
	}
	if g.k.face.Indexed {
		index, ok := decodeIndex(g.idxRaw)
		if !ok {
			r.forbid("mark-lost")
		}
		if !slices.Equal(index.names, g.k.seen.Load().names) {
			g.k.relearn(index.names)
			again = true
		}
		s.index, s.names, s.record, s.seenBy = index.token, index.names, g.idxRaw, index.tags
	}
	for i, t := range g.reads.tags {
		if mark, ok := decodeMark(g.marks[i]); ok {
			s.tokens[t], s.raw[t] = mark.token, g.marks[i]
		}
	}
	s.begun = s.tokens
	for _, p := range pulses {
		s.pulses = append(s.pulses, decodeToken(p))
	}
	r.stamp = s
	return again
}

// seal: tags that were only named while rendering are late. Their marks are
// made or read first, the pulse after them: if it still beats as it did when
// the render began, no invalidation can have come between.
func (m *sharedMarks) seal(r *Render, n *Entry, names []string, exact bool) string {
	if !r.stamp.taken {
		return "no-stamp"
	}
	ctx, cancel := m.e.limited(r.ctx)
	defer cancel()
	r.mu.Lock()
	tags := slices.Clone(r.tags)
	r.mu.Unlock()
	late, err := m.stampLate(ctx, r, tags)
	if err != nil {
		return sealStatus(err)
	}
	if why := r.agree(tags); why != "" {
		return why
	}
	if exact || len(late) > 0 {
		if why := m.check(ctx, r, tags, late); why != "" {
			m.leave(ctx, r, tags)
			return why
		}
	}
	if why := m.grow(ctx, r, names, tags); why != "" {
		return why
	}
	n.root, n.index = r.stamp.root, r.stamp.index
	if len(tags) > 0 {
		n.stamped = &stamped{}
		for _, t := range tags {
			n.stamped.tags = append(n.stamped.tags, t.name)
			n.stamped.tokens = append(n.stamped.tokens, r.stamp.tokens[t.name])
		}
	}
	if m.pending.touches(r.key, n) {
		return "invalidated"
	}
	v := r.varied
	if r.key.face.Rooted {
		v = rootText(tokenText(r.stamp.root))
	}
	r.variant = m.e.variant(r.key, r.key.relearn(r.stamp.names), v)
	n.check = r.variant.check
	m.predict(r.key, r.variant, n.Tags())
	return ""
}

// stampLate gets or makes the marks of tags that the stamp lacks.
func (m *sharedMarks) stampLate(ctx context.Context, r *Render, tags []said) (late []string, err error) {
	var keys []string
	for _, t := range tags {
		if _, known := r.stamp.tokens[t.name]; !known {
			late, keys = append(late, t.name), append(keys, m.mark(t.name))
		}
	}
	if len(late) == 0 {
		return nil, nil
	}
	vals, err := m.get(ctx, "keep", keys)
	if err != nil {
		return nil, err
	}
	var ops []store.Op
	var into []*[]byte
	life := recordLife(0)
	for i := range vals {
		if vals[i] == nil {
			value := markRecord{token: newToken(), ends: time.Now().Add(life).Unix()}.encode()
			ops, into = append(ops, store.Op{Do: store.OpAdd, Key: keys[i], Value: value, TTL: life}), append(into, &vals[i])
		}
	}
	if lost, err := m.add(ctx, ops, into); err != nil || lost {
		return late, err
	}
	r.stamp.tokens = maps.Clone(r.stamp.tokens)
	for i, t := range late {
		if mark, ok := decodeMark(vals[i]); ok {
			r.stamp.tokens[t], r.stamp.raw[t] = mark.token, vals[i]
		}
	}
	return late, nil
}

// agree: a tag that came with an inner entry must have the token that the
// stamp has for it, else the two saw different moments.
func (r *Render) agree(tags []said) string {
	for _, t := range tags {
		have, ok := r.stamp.tokens[t.name]
		if !ok {
			return "mark-lost"
		}
		if t.token != 0 && t.token != have {
			return "invalidated"
		}
	}
	return ""
}

// check reads everything that the result depends on once more.
func (m *sharedMarks) check(ctx context.Context, r *Render, tags []said, late []string) string {
	keys := []string{m.root(r.key)}
	if r.key.face.Indexed {
		keys = append(keys, m.index(r.key))
	}
	first := len(keys)
	for _, t := range tags {
		keys = append(keys, m.mark(t.name))
	}
	pulse := len(keys)
	for _, t := range late {
		keys = append(keys, m.pulses[m.shard(t)])
	}
	vals, err := m.get(ctx, "keep", keys)
	if err != nil {
		return sealStatus(err)
	}
	name, err := store.Incarnation(ctx, m.s)
	if err != nil {
		return sealStatus(err)
	}
	root, _ := decodeRoot(vals[0])
	same := root.token == r.stamp.root && root.of(incarnationOf(name))
	if r.key.face.Indexed {
		index, _ := decodeIndex(vals[1])
		same = same && index.token == r.stamp.index
	}
	for i, t := range tags {
		mark, _ := decodeMark(vals[first+i])
		same = same && mark.token == r.stamp.tokens[t.name]
	}
	for i, t := range late {
		beat := decodeToken(vals[pulse+i])
		same = same && beat != 0 && beat == r.stamp.pulses[m.shard(t)]
	}
	if !same {
		return "invalidated"
	}
	return ""
}

// leave notes the tags of a result that could not be kept, so that the next
// render, in any process, stamps them before it begins.
func (m *sharedMarks) leave(ctx context.Context, r *Render, tags []said) {
	m.predict(r.key, m.e.variant(r.key, r.key.seen.Load(), m.variedOf(r)), names(tags))
	if r.key.face.Indexed && !r.sole {
		m.grow(ctx, r, nil, tags)
	}
}

func (m *sharedMarks) variedOf(r *Render) Varied {
	if r.key.face.Rooted {
		return m.rooted(r.key)
	}
	return r.varied
}

// grow writes a longer list of names, or other tags, into the index record, if
// that is still the one that was stamped. Names must be written; tags are a
// guess and may be lost. A result that replaces all others gives the index a
// fresh token in the same exchange.
func (m *sharedMarks) grow(ctx context.Context, r *Render, more []string, tags []said) string {
	if !r.key.face.Indexed {
		return ""
	}
	all, seen := union(r.stamp.names, more), union(r.stamp.seenBy, names(tags))
	if len(seen) > warnTags {
		seen = names(tags[:min(len(tags), warnTags)])
	}
	grown := len(all) > len(r.stamp.names) || r.sole
	switch {
	case len(all) > maxNames:
		return "vary-too-long"
	case r.sole && m.near != nil: // near copies are told by Invalidate only
		return "near-copies"
	}
	if !grown && slices.Equal(seen, r.stamp.seenBy) {
		return ""
	}
	old, ok := decodeIndex(r.stamp.record)
	if !ok {
		return "mark-lost"
	}
	token := old.token
	if r.sole { // whatever was stamped with the old one is dead, but not this result
		token = newToken()
	}
	record := indexRecord{token: token, ends: old.ends, names: all, tags: seen}.encode()
	ttl := max(time.Until(time.Unix(old.ends, 0)), recordLife(0))
	swapped, err := store.Swap(ctx, m.s, m.index(r.key), r.stamp.record, record, ttl)
	m.guard.note(ctx, "keep", err)
	if swapped {
		r.stamp.index, r.stamp.record, r.stamp.names, r.stamp.seenBy = token, record, all, seen
		return m.tellGrowth(ctx, r.key, grown)
	}
	if !grown {
		return ""
	}
	return "index-changed"
}

// tellGrowth makes processes with near copies look again: what they hold was
// found under the shorter list.
func (m *sharedMarks) tellGrowth(ctx context.Context, k *Key, grown bool) string {
	if m.near == nil || !grown {
		return ""
	}
	if err := m.batch(ctx, "keep", m.beat(Target{Keys: []*Key{k}})()); err != nil {
		return sealStatus(err)
	}
	return ""
}

// write stores the entry, and sees to it that the records it depends on live
// longer than it does. The lease goes in the same trip: there is something to
// find now.
func (m *sharedMarks) write(r *Render, n *Entry, blob []byte, ttl duration) string {
	ctx, cancel := m.e.limited(r.ctx)
	defer cancel()
	m.outlive(ctx, m.index(r.key), r.stamp.record, r.stamp.index, ttl)
	m.prolong(ctx, n, r.stamp.raw, ttl)
	if r.lease.end() {
		entry := store.Op{Do: store.OpSet, Key: r.variant.entry, Value: blob, TTL: ttl}
		if err := m.batch(ctx, "keep", []store.Op{entry, r.lease.removal()}); err != nil {
			return sealStatus(err)
		}
		r.lease = nil
		return ""
	}
	if err := m.guard.allow(); err != nil {
		return sealStatus(err)
	}
	err := m.s.Set(ctx, r.variant.entry, blob, ttl)
	m.guard.note(ctx, "keep", err)
	if err != nil {
		return sealStatus(err)
	}
	return ""
}
