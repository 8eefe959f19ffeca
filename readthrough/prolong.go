package readthrough

import (
	"context"
	"time"

	"github.com/larder-go/larder/store"
)

// prolong gives the marks of n that would end before it a longer life. known
// are those that were read already; nil: none.
func (m *sharedMarks) prolong(ctx context.Context, n *Entry, known map[string][]byte, ttl duration) {
	if known == nil {
		known = m.records(ctx, n.Tags())
	}
	for i, t := range n.Tags() {
		m.outlive(ctx, m.mark(t), known[t], n.stamped.tokens[i], ttl)
	}
}

// records are the marks of tags, none if they cannot be read.
func (m *sharedMarks) records(ctx context.Context, tags []string) map[string][]byte {
	if len(tags) == 0 {
		return nil
	}
	keys := make([]string, len(tags))
	for i, t := range tags {
		keys[i] = m.mark(t)
	}
	vals, _ := m.get(ctx, "keep", keys)
	records := map[string][]byte{}
	for i, v := range vals {
		records[tags[i]] = v
	}
	return records
}

// outlive sees to it that the mark or index under key, raw when it was last
// read, does not end before an entry that is kept for ttl now, by exchanging it
// for itself with a later end. Where that is refused somebody else may have done
// the same. A record with another token is that of other entries.
func (m *sharedMarks) outlive(ctx context.Context, key string, raw []byte, token uint64, ttl duration) {
	until := after(time.Now().UnixNano(), ttl) / int64(time.Second)
	life := recordLife(ttl)
	ends := after(time.Now().UnixNano(), life) / int64(time.Second)
	for {
		have, has, ok := headOf(raw)
		if !ok || have != token || has >= until {
			return
		}
		swapped, err := store.Swap(ctx, m.s, key, raw, ending(raw, ends), life)
		if m.guard.note(ctx, "keep", err); err != nil || swapped {
			return
		}
		raw, _, err = m.s.Get(ctx, key)
		m.guard.note(ctx, "keep", err)
	}
}
