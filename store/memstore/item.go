package memstore

import (
	"math"
	"time"
	"unsafe"

	"github.com/larder-go/larder/store"
	"github.com/maypok86/otter/v2"
)

// entryOverhead is what an entry costs in memory beyond its key and value: the
// nodes of cache and table, the item, and what the allocator rounds up.
const entryOverhead = 200

// item is what is kept under a key. It never changes, and it lies in the node
// of the cache, so it is as small as can be: there may be millions of them.
type item struct {
	text     string // the value's bytes
	live     store.Dropper
	deadline int64 // on the store's clock
}

// never is the deadline of items that do not expire.
const never = math.MaxInt64

// newItem makes the item for a value that belongs to the store and was admitted.
func newItem(value []byte, deadline int64) item {
	return item{text: unsafe.String(unsafe.SliceData(value), len(value)), deadline: deadline}
}

// value is the value without room to append into, never nil.
func (it *item) value() []byte {
	if len(it.text) == 0 {
		return []byte{}
	}
	return unsafe.Slice(unsafe.StringData(it.text), len(it.text))
}

// is reports whether value is the very memory that the item holds.
func (it *item) is(value []byte) bool {
	return len(value) == len(it.text) && (len(value) == 0 || unsafe.SliceData(value) == unsafe.StringData(it.text))
}

// drop tells what is attached that the item is gone.
func (it *item) drop() {
	if it.live != nil {
		it.live.Dropped()
	}
}

// size is what an entry counts towards the bound.
func size(key string, value int) int64 {
	return int64(len(key)) + int64(value) + entryOverhead
}

// remaining tells the cache how long it keeps an item. The cache's own time may
// lag behind the one that the deadline was counted from, so it is the deadline
// that counts.
func remaining(e otter.Entry[string, item]) time.Duration {
	return time.Duration(max(1, e.Value.deadline-e.SnapshotAtNano))
}

// copied returns the caller's bytes as the store's own.
func copied(value []byte) []byte {
	own := make([]byte, len(value))
	copy(own, value)
	return own
}
