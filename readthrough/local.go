package readthrough

import (
	"context"
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/larder-go/larder/store"
)

// localMarks is coherence on a store inside this process: one clock that each
// invalidation advances. An entry carries the clock at which its render began;
// it counts while nothing it depends on was invalidated later. The clock hangs
// on the store, beside the evicting cache, so that every engine with the same
// prefix on that store shares it and no eviction can lose a mark.
type localMarks struct {
	e     *Engine
	store store.Local
	*clock
}

// clock orders the invalidations of one prefix. Readers take no lock: they
// read the clock, then the marks, then the floor; writers publish in the
// opposite order.
type clock struct {
	now   atomic.Uint64
	floor atomic.Uint64 // what began before counts no more, whatever its marks
	epoch atomic.Pointer[epoch]
	mu    sync.Mutex // writers
	table sync.Map   // tag or unit → *mark
	size  int
}

// mark is one tag, or one unit, that was invalidated or that varies.
type mark struct {
	hard  atomic.Uint64
	soft  atomic.Uint64
	names atomic.Pointer[[]string]
}

// epoch is the number of the last Clear, as it stands in the keys of rooted
// faces: the Varied of their units.
type epoch struct {
	number uint64
	text   []byte
}

func newEpoch(number uint64) *epoch {
	return &epoch{number, []byte(printable(binary.BigEndian.AppendUint64(nil, number)))}
}

// Values implements Varied.
func (p *epoch) Values([]string) []byte { return p.text }

// unitMark tells a unit's mark from that of a tag with the same text.
type unitMark string

func newLocalMarks(e *Engine, s store.Local) *localMarks {
	c := s.Slot("larder/"+e.space, func() any {
		c := &clock{}
		c.now.Store(1)
		c.epoch.Store(newEpoch(0))
		return c
	}).(*clock)
	return &localMarks{e: e, store: s, clock: c}
}

func (l *localMarks) local() bool { return true }

func (l *localMarks) apart(*Render, *Entry) bool { return false }

func (l *localMarks) find(_ context.Context, k *Key, v Varied) (*Entry, error) {
	s := k.seen.Load()
	if k.face.Rooted {
		v = l.epoch.Load()
	}
	for {
		va := l.e.variant(k, s, v)
		if n := l.get(k, va); n != nil {
			return n, nil
		}
		names := l.names(k)
		if slices.Equal(names, s.names) {
			return nil, nil
		}
		s = k.relearn(names)
	}
}

func (l *localMarks) findMany(ctx context.Context, ks []*Key) ([]*Entry, error) {
	out := make([]*Entry, len(ks))
	for i, k := range ks {
		out[i], _ = l.find(ctx, k, nil)
	}
	return out, nil
}

// get is the entry under va if it counts. What the store held last time is
// remembered with the variant, which saves most hits the way through the
// store's table; in each second one goes there all the same, so that the store
// sees what is in use.
func (l *localMarks) get(k *Key, va *variant) *Entry {
	tick := l.e.wall.tick()
	n := va.last.Load()
	if n == nil {
		return l.fetch(k, va)
	}
	if !n.gone.Load() && tick != nil && n.tick.Load() == tick && l.counts(k, n) {
		return n
	}
	n.tick.Store(tick)
	return l.fetch(k, va)
}

// fetch is get from the store itself.
func (l *localMarks) fetch(k *Key, va *variant) *Entry {
	blob, live, found := l.store.GetLive(va.entry)
	if !found {
		return nil
	}
	n, attached := decoded(live), true
	if n == nil {
		var err error
		if n, err = l.e.decode(k.face, blob, va.check); err != nil {
			l.e.failed(context.Background(), "decode", err)
			return nil
		}
		attached = false
	}
	if n.kind == kindBare {
		return n
	}
	if !l.counts(k, n) {
		return nil
	}
	if !k.listed.Swap(true) {
		l.e.keys.add(k)
	} else if attached || l.store.Attach(va.entry, blob, handle{weak.Make(n)}) {
		va.hold(n)
	}
	return n
}

// counts: where nothing at all was invalidated since the entry was last
// checked, one load answers for its tags, its unit and the whole cache.
func (l *localMarks) counts(k *Key, n *Entry) bool {
	now := l.now.Load()
	if n.checked.Load() == now {
		return true
	}
	if !l.since(k, n, n.root) {
		return false
	}
	n.checked.Store(now)
	return true
}

// since reports whether nothing that n depends on was invalidated after begin.
func (l *localMarks) since(k *Key, n *Entry, begin uint64) bool {
	if !l.spares(k.mark, n, begin) {
		return false
	}
	if n.stamped != nil {
		for _, t := range n.stamped.tags {
			if !l.spares(t, n, begin) {
				return false
			}
		}
	}
	return begin >= l.floor.Load()
}

func (l *localMarks) spares(key any, n *Entry, begin uint64) bool {
	m, ok := l.table.Load(key)
	if !ok {
		return true
	}
	if m.(*mark).hard.Load() > begin {
		return false
	}
	if m.(*mark).soft.Load() > begin {
		n.soft.Store(true)
	}
	return true
}

func (l *localMarks) begin(r *Render, a *Access) *Entry {
	r.stamp = stamp{taken: true, rootText: string(l.epoch.Load().text), root: l.now.Load(), names: l.names(r.key)}
	n, _ := l.find(r.ctx, r.key, a.Varied)
	return n
}

func (l *localMarks) seal(r *Render, n *Entry, names []string, _ bool) string {
	if !r.stamp.taken {
		return "no-stamp"
	}
	n.root = r.stamp.root
	if tags := r.Tags(); len(tags) > 0 {
		n.stamped = &stamped{tags: tags, tokens: make([]uint64, len(tags))}
	}
	if r.key.face.Indexed && (len(names) > 0 || r.sole) {
		if why := l.grow(r.key, n, names, r.sole); why != "" {
			return why
		}
	} else if !l.since(r.key, n, n.root) {
		return "invalidated"
	}
	var v Varied = r.varied
	if r.key.face.Rooted {
		v = l.epoch.Load()
	}
	r.variant = l.e.variant(r.key, r.key.relearn(l.names(r.key)), v)
	n.check = r.variant.check
	n.checked.Store(n.root)
	return ""
}

// grow makes the unit vary on names too. That kills its other entries, whose
// keys were made from a shorter list; so does sole, whatever the names. n
// itself, valid at this very moment, begins anew.
func (l *localMarks) grow(k *Key, n *Entry, names []string, sole bool) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.since(k, n, n.root) {
		return "invalidated"
	}
	have := l.names(k)
	all := union(have, names)
	if len(all) == len(have) && !sole {
		return ""
	}
	if len(all) > maxNames {
		return "vary-too-long"
	}
	m, _ := l.mark(k.mark)
	m.names.Store(&all)
	next := l.now.Load() + 1
	m.hard.Store(next)
	l.now.Store(next)
	n.root = next
	return ""
}

func (l *localMarks) write(r *Render, n *Entry, blob []byte, ttl duration) string {
	err := l.store.Keep(r.variant.entry, blob, ttl)
	if err != nil {
		l.e.failed(r.outer, "keep", err)
		return sealStatus(err)
	}
	return ""
}

func (l *localMarks) prolong(context.Context, *Entry, map[string][]byte, duration) {}

func (l *localMarks) names(k *Key) []string {
	if !k.face.Indexed {
		return nil
	}
	m, ok := l.table.Load(k.mark)
	if !ok {
		return nil
	}
	if names := m.(*mark).names.Load(); names != nil {
		return *names
	}
	return nil
}

// mark finds or makes a mark; l.mu is held. full: the table had no room, and
// everything that began before now has been forgotten instead.
func (l *localMarks) mark(key any) (m *mark, full bool) {
	if m, ok := l.table.Load(key); ok {
		return m.(*mark), false
	}
	if l.size >= l.e.o.MaxMarks {
		next := l.now.Load() + 1
		l.floor.Store(next)
		l.table.Clear()
		l.size = 0
		l.now.Store(next)
		full = true
	}
	m = &mark{}
	l.table.Store(key, m)
	l.size++
	return m, full
}

func (l *localMarks) invalidate(_ context.Context, t Target) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	next := l.now.Load() + 1
	if t.All {
		l.epoch.Store(newEpoch(l.epoch.Load().number + 1))
		l.floor.Store(next)
		l.table.Clear()
		l.size = 0
	}
	for _, tag := range t.Tags {
		l.kill(tag, t.Soft)
	}
	for _, k := range t.Keys {
		l.kill(k.mark, t.Soft)
	}
	l.now.Store(max(next, l.now.Load()+1))
	return nil
}

func (l *localMarks) kill(key any, soft bool) {
	m, _ := l.mark(key)
	next := l.now.Load() + 1
	if soft {
		m.soft.Store(next)
	} else {
		m.hard.Store(next)
	}
}

func (l *localMarks) rootValue(context.Context, *Key, bool) (string, error) {
	return string(l.epoch.Load().text), nil
}

// rootText is a Varied whose values are one text, whatever the names.
type rootText string

func (t rootText) Values([]string) []byte { return []byte(t) }
