package fragment

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/larder-go/larder/readthrough"
)

// maxAhead is how many blocks are remembered of one page, or of one block.
const maxAhead = 256

// A memory is which blocks were met the last time that a page, or a block, was
// rendered: those directly in it, not those that a hit has hidden. The list is
// replaced, never changed.
type memory struct {
	last atomic.Pointer[[]met]
}

type met struct {
	engine *readthrough.Engine
	key    *readthrough.Key
	sure   bool // to be met again
}

// A unit is a key by its value: an engine may make another *Key for it.
type unit struct {
	engine *readthrough.Engine
	name   string
}

func (m met) unit() unit { return unit{m.engine, m.key.String()} }

// An ahead reads ahead for one page, or for one block that is rendered. Where
// a lookup is a round trip, the first brings all blocks that are expected as
// well: a wrong guess costs its bytes, and no trip.
//
// What was read for the page is not used in a block that is rendered in it.
// That block reads for itself, after its render has begun; or else it could
// keep as new what was invalidated before that.
type ahead struct {
	memory *memory
	sights map[unit]sight // nil: nothing has been looked up yet
	met    []met
	asked  []*readthrough.Engine
}

// A sight is what is known of one unit.
type sight struct {
	expected bool
	met      bool
	looked   bool // entry, or nothing, is what the store has
	entry    *readthrough.Entry
}

// look notes that k is met, and tells a what was read ahead for it.
func (h *ahead) look(ctx context.Context, e *readthrough.Engine, k *readthrough.Key, a *readthrough.Access) {
	if h.sights == nil {
		h.recall()
	}
	if !slices.Contains(h.asked, e) {
		h.asked = append(h.asked, e)
		h.read(ctx, e, k)
	}
	m := met{engine: e, key: k}
	u := m.unit()
	s := h.sights[u]
	if !s.met && len(h.met) < maxAhead {
		h.met = append(h.met, m)
	}
	a.Looked, a.Have = s.looked, s.entry
	s.met = true
	s.looked = s.entry != nil && s.entry.Fresh(e.Now()) // else it is about to be made
	h.sights[u] = s
}

func (h *ahead) recall() {
	h.sights = map[unit]sight{}
	for _, m := range h.memory.list() {
		h.sights[m.unit()] = sight{expected: true}
	}
}

// read looks k up, together with all that is expected in the same cache.
func (h *ahead) read(ctx context.Context, e *readthrough.Engine, k *readthrough.Key) {
	ks := []*readthrough.Key{k}
	for _, m := range h.memory.list() {
		if m.engine == e && m.sure && m.key.String() != k.String() {
			ks = append(ks, m.key)
		}
	}
	if len(ks) == 1 {
		return // looked up as well by itself
	}
	found, err := e.FindMany(ctx, ks)
	if err != nil {
		return
	}
	for i, n := range found {
		u := unit{e, ks[i].String()}
		h.sights[u] = sight{expected: h.sights[u].expected, looked: true, entry: n}
	}
}

// remember keeps what was met for the next time. Where most of it was not
// expected, only what was is sure to come again: pages that differ from one
// request to the next read nothing in vain.
func (h *ahead) remember() {
	if h.sights == nil {
		return
	}
	last := h.memory.list()
	again := 0
	for _, m := range h.met {
		if h.sights[m.unit()].expected {
			again++
		}
	}
	for i, m := range h.met {
		h.met[i].sure = 2*again >= len(last) || h.sights[m.unit()].expected
	}
	if !slices.Equal(h.met, last) {
		list := h.met // h goes back to a pool
		h.memory.last.Store(&list)
	}
}

func (m *memory) list() []met {
	if l := m.last.Load(); l != nil {
		return *l
	}
	return nil
}
