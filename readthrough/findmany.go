package readthrough

import "context"

// findMany is find for many units in one trip. What several of them depend on,
// the root above all, is asked for once.
func (m *sharedMarks) findMany(ctx context.Context, ks []*Key) ([]*Entry, error) {
	if len(ks) == 0 {
		return nil, ctx.Err()
	}
	if !m.bounded {
		var cancel context.CancelFunc
		ctx, cancel = m.e.limited(ctx)
		defer cancel()
	}
	out := make([]*Entry, len(ks))
	gs := make([]reading, len(ks))
	asked := distinct{at: map[string]int{}}
	for i, k := range ks {
		gs[i].k = k
		var v Varied
		if k.face.Rooted {
			v = m.rooted(k)
		}
		gs[i].va = m.e.variant(k, k.seen.Load(), v)
		gs[i].reads = m.reads(k, gs[i].va)
		asked.add(gs[i].reads.keys)
	}
	flushed := m.pending.flushed.Load()
	vals, err := m.get(ctx, "lookup", asked.keys)
	if err != nil {
		return out, err
	}
	for i := range gs {
		g := &gs[i]
		*g = readingOf(g.k, g.va, g.reads, asked.pick(g.reads.keys, vals), flushed)
		var again bool
		if out[i], again, err = m.judge(ctx, g); again {
			out[i], err = m.find(ctx, g.k, nil)
		}
		if err != nil {
			return out, err
		}
	}
	return out, nil
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
