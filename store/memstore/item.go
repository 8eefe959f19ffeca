package memstore

import (
	"math"
	"time"

	"github.com/maypok86/otter/v2"
)

// entryOverhead is what an entry costs in memory beyond its key and value: the
// nodes of cache and table, the item, and what the allocator rounds up.
const entryOverhead = 200

// item is what is kept under a key. What readers see of it never changes.
type item struct {
	value    []byte // never nil
	live     any
	deadline int64 // on the store's clock
	weight   uint32
	moved    bool // live is in the next item of the key; guarded by the cache's lock on the key
}

// never is the deadline of items that do not expire.
const never = math.MaxInt64

// newItem makes the item for a value that belongs to the store and was admitted.
func newItem(key string, value []byte, live any, extra int, deadline int64) *item {
	return &item{
		value:    value,
		live:     live,
		deadline: deadline,
		weight:   uint32(size(key, value, extra)),
	}
}

// size is what an entry counts towards the bound.
func size(key string, value []byte, extra int) int64 {
	return int64(len(key)) + int64(len(value)) + int64(max(extra, 0)) + entryOverhead
}

// remaining tells the cache how long it keeps an item. The cache's own time may
// lag behind the one that the deadline was counted from, so it is the deadline
// that counts.
func remaining(e otter.Entry[string, *item]) time.Duration {
	return time.Duration(max(1, e.Value.deadline-e.SnapshotAtNano))
}

// clipped returns value without room to append into, and never nil.
func clipped(value []byte) []byte {
	if value == nil {
		return []byte{}
	}
	return value[:len(value):len(value)]
}

// copied returns the caller's bytes as the store's own.
func copied(value []byte) []byte {
	own := make([]byte, len(value))
	copy(own, value)
	return own
}
