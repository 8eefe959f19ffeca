package cachepage

import (
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/larder-go/larder/internal/field"
)

// hitTexts are the values of fields that change from second to second.
type hitTexts struct {
	name   string
	age    int64
	ttl    int64
	ageIs  []string
	status []string
	texts  [2]string // behind the two slices
}

// madeTexts are those made lately. Pages that were kept in the same second for
// the same time share them, so that even of ten thousand pages in use few hits
// have to make some.
var madeTexts [1 << 12]atomic.Pointer[hitTexts]

func (p *page) hitTexts(name string, now int64) *hitTexts {
	age, ttl := p.life.Age(now), p.life.TTL(now)
	made := &madeTexts[uint32(age*31+ttl*16)%uint32(len(madeTexts))]
	if t := made.Load(); t != nil && t.age == age && t.ttl == ttl && t.name == name {
		return t
	}
	t := newHitTexts(name, age, ttl)
	made.Store(t)
	return t
}

func newHitTexts(name string, age, ttl int64) *hitTexts {
	t := &hitTexts{name: name, age: age, ttl: ttl}
	var room [96]byte
	b := strconv.AppendInt(room[:0], age, 10)
	digits := len(b)
	all := string(field.AppendCacheStatus(b, field.Status{Cache: name, Hit: true, HasTTL: true, TTL: ttl}))
	t.texts = [2]string{all[:digits], all[digits:]}
	t.ageIs, t.status = t.texts[0:1:1], t.texts[1:2:2]
	return t
}

// statusAfter is Cache-Status of a plain hit after what others have said. Their
// slice is copied.
func (t *hitTexts) statusAfter(others []string) []string {
	if others == nil {
		return t.status
	}
	return append(slices.Clip(others), t.status[0])
}
