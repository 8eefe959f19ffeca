package readthrough

import "context"

// findMany is find for many units in one trip, and one more for all that turned
// out to need something else than was guessed. What several of them depend on,
// the root above all, is asked for once.
func (m *sharedMarks) findMany(ctx context.Context, ks []*Key) ([]*Entry, error) {
	if len(ks) == 0 {
		return nil, ctx.Err()
	}
	ctx, cancel := m.e.step(ctx)
	defer cancel()
	out, left := make([]*Entry, len(ks)), make([]int, len(ks))
	for i := range left {
		left[i] = i
	}
	var err error
	for range 4 {
		if left, err = m.findSome(ctx, ks, left, out); err != nil || len(left) == 0 {
			return out, err
		}
	}
	return out, nil // what they depend on changes faster than it can be read
}

// findSome looks up those of ks that are at the places in left, and returns the
// places of those that must be asked for again.
func (m *sharedMarks) findSome(ctx context.Context, ks []*Key, left []int, out []*Entry) (again []int, err error) {
	gs := make([]reading, len(left))
	asked := distinct{at: map[string]int{}}
	for i, at := range left {
		k := ks[at]
		var v Varied
		if k.face.Rooted {
			v = m.rooted(k)
		}
		gs[i].k, gs[i].va = k, m.e.variant(k, k.seen.Load(), v)
		gs[i].reads = m.reads(k, gs[i].va)
		asked.add(gs[i].reads.keys)
	}
	flushed := m.pending.flushed.Load()
	vals, err := m.get(ctx, "lookup", asked.keys)
	if err != nil {
		return nil, err
	}
	void := map[string]bool{} // roots
	for i, at := range left {
		g := readingOf(gs[i].k, gs[i].va, gs[i].reads, asked.pick(gs[i].reads.keys, vals), flushed)
		if void[string(g.rootRaw)] {
			continue
		}
		g.together = true
		n, wrong, err := m.judge(ctx, &g)
		if g.void {
			void[string(g.rootRaw)] = true
		}
		if out[at] = n; wrong {
			again = append(again, at)
		}
		if err != nil {
			return nil, err
		}
	}
	return again, nil
}

// distinct are keys, each of them once.
type distinct struct {
	keys []string
	at   map[string]int // where in keys
}

func (d *distinct) add(keys []string) {
	for _, key := range keys {
		if _, known := d.at[key]; !known {
			d.at[key] = len(d.keys)
			d.keys = append(d.keys, key)
		}
	}
}

// pick are the values of some of the keys, out of those of all.
func (d *distinct) pick(keys []string, all [][]byte) [][]byte {
	out := make([][]byte, len(keys))
	for i, key := range keys {
		out[i] = all[d.at[key]]
	}
	return out
}
