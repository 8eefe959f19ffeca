package cachepage

import (
	"slices"
	"strconv"

	"github.com/larder-go/larder/internal/field"
)

// hitTexts are the header values that change from second to second, made once
// for each, and what is best found out beside them.
type hitTexts struct {
	name    string
	age     int64
	ttl     int64
	ageIs   []string
	status  []string
	texts   [2]string // behind the two slices
	chained bool      // the page has kept a Cache-Status
	implied int       // of page.implied
}

func (p *page) hitTexts(name string, now int64) *hitTexts {
	age, ttl := p.life.Age(now), p.life.TTL(now)
	if t := p.texts.Load(); t != nil && t.age == age && t.ttl == ttl && t.name == name {
		return t
	}
	t := &hitTexts{name: name, age: age, ttl: ttl, chained: p.has("Cache-Status"), implied: p.implied()}
	var room [96]byte
	b := strconv.AppendInt(room[:0], age, 10)
	digits := len(b)
	all := string(field.AppendCacheStatus(b, field.Status{Cache: name, Hit: true, HasTTL: true, TTL: ttl}))
	t.texts = [2]string{all[:digits], all[digits:]}
	t.ageIs, t.status = t.texts[0:1:1], t.texts[1:2:2]
	p.texts.Store(t)
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
