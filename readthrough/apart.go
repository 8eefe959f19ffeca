package readthrough

import "github.com/larder-go/larder/store"

// apartTag is the tag of what holds something that another copy of the root
// vouches for. A Clear gives the copies fresh tokens one after the other. In
// between, a page under the first copy may begin, be stamped with the fresh
// token, and use a fragment under the last one that nobody has cleared yet. So
// the page depends on this tag too, which the Clear invalidates when it is
// through with the copies. Like every tag it climbs on, so it does not matter
// how deep things lie in each other.
const apartTag = "\x00apart"

// apart implements marks. Tokens are equal for what one copy vouches for. A
// bare integer has none, and would no longer be one with a tag: one that is
// read while the cache is being cleared may be shown once more.
func (m *sharedMarks) apart(r *Render, n *Entry) bool {
	return m.shards > 1 && n.kind != kindBare && n.root != r.stamp.root
}

// clearApart returns what invalidates apartTag once the copies of the root are
// new. What used an old one began before that, so its pulse is older than the
// one that beats here.
func (m *sharedMarks) clearApart() []store.Op {
	if m.shards == 1 {
		return nil
	}
	beat := m.beat(Target{Tags: []string{apartTag}})
	return append(beat(), store.Op{Do: store.OpDelete, Key: m.mark(apartTag)})
}
