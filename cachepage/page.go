package cachepage

import (
	"encoding/binary"
	"errors"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
)

// page is a stored response, decoded. Texts and body refer to the stored
// bytes. It is shared by everybody who serves it; the slices of values have no
// room to grow, so that an append elsewhere copies.
type page struct {
	status int
	fields []headerField
	body   []byte
	coded  []codedBody // instead of body
	plain  int         // size of the body that coded stands for
	first  int64       // of a part: where in the whole its body begins
	whole  int64       // of a part: size of the whole; 0 for a page that is complete
	life   policy.Stored
	texts  atomic.Pointer[hitTexts]
}

type headerField struct {
	name   string
	values []string
}

var errPage = errors.New("cachepage: corrupt page")

// Limits of what is kept, and of what is believed when it is read.
const (
	maxFields     = 256
	maxHeaderSize = 1 << 18
)

const lifeSize = 5*8 + 1

// encodePage writes the head of a stored page: status, life, fields, form and
// length of the body. The body follows it in the payload.
func encodePage(status int, life policy.Stored, h http.Header, c content) (head []byte, ok bool) {
	b := binary.LittleEndian.AppendUint16(make([]byte, 0, 512), uint16(status))
	for _, t := range [...]int64{life.Born, life.FreshUntil, life.StaleUntil, life.ErrorUntil, life.KeepUntil} {
		b = binary.LittleEndian.AppendUint64(b, uint64(t))
	}
	b = append(b, flagsOf(life))
	lines := 0
	for _, v := range h {
		lines += len(v)
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(min(lines, maxFields+1)))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, v := range h[name] {
			b = binary.AppendUvarint(append(binary.AppendUvarint(b, uint64(len(name))), name...), uint64(len(v)))
			b = append(b, v...)
		}
	}
	b = c.appendHead(b)
	return b, lines <= maxFields && len(b) <= maxHeaderSize
}

func flagsOf(l policy.Stored) (f byte) {
	for i, on := range [...]bool{l.NoStale, l.Authorized, l.Validator, l.ErrorExplicit} {
		if on {
			f |= 1 << i
		}
	}
	return f
}

func lifeOf(b []byte) policy.Stored {
	t := func(i int) int64 { return int64(binary.LittleEndian.Uint64(b[8*i:])) }
	f := b[40]
	return policy.Stored{Born: t(0), FreshUntil: t(1), StaleUntil: t(2), ErrorUntil: t(3), KeepUntil: t(4),
		NoStale: f&1 != 0, Authorized: f&2 != 0, Validator: f&4 != 0, ErrorExplicit: f&8 != 0}
}

// decodePage reads what encodePage wrote and the body behind it. Fields that
// could not be sent, such as ones with a line break in them, make it corrupt.
func decodePage(b []byte) (any, error) {
	if len(b) < 2+lifeSize+2+8 {
		return nil, errPage
	}
	p := &page{status: int(binary.LittleEndian.Uint16(b)), life: lifeOf(b[2:])}
	lines := int(binary.LittleEndian.Uint16(b[2+lifeSize:]))
	if lines > maxFields || p.status < 200 || p.status > 999 {
		return nil, errPage
	}
	rest, err := p.decodeFields(b[2+lifeSize+2:], lines)
	if err != nil || !p.decodeContent(rest) || p.partial() != (p.status == http.StatusPartialContent) {
		return nil, errPage
	}
	return p, nil
}

func (p *page) decodeFields(b []byte, lines int) (rest []byte, err error) {
	values := make([]string, 0, lines)
	p.fields = make([]headerField, 0, lines)
	for range lines {
		var name, value string
		var ok bool
		if name, b, ok = cutText(b); ok {
			value, b, ok = cutText(b)
		}
		if !ok || !field.ValidName(name) || !field.ValidValue(value) {
			return nil, errPage
		}
		values = append(values, value)
		n := len(values)
		if last := len(p.fields) - 1; last >= 0 && p.fields[last].name == name {
			have := len(p.fields[last].values)
			p.fields[last].values = values[n-1-have : n : n]
			continue
		}
		p.fields = append(p.fields, headerField{name, values[n-1 : n : n]})
	}
	return b, nil
}

// cutText cuts a text with its length in front off b, without copying it.
func cutText(b []byte) (text string, rest []byte, ok bool) {
	n, l := binary.Uvarint(b)
	if l <= 0 || n > uint64(len(b)-l) {
		return "", nil, false
	}
	if n == 0 {
		return "", b[l:], true
	}
	return unsafe.String(&b[l], int(n)), b[l+int(n):], true
}

// header is the stored header as a map whose slices are shared.
func (p *page) header() http.Header {
	h := make(http.Header, len(p.fields)+4)
	for i := range p.fields {
		h[p.fields[i].name] = p.fields[i].values
	}
	return h
}

// softened is the page as it stands after a soft invalidation: stale, to be
// shown in the windows that it was given and in no other.
func (p *page) softened(now int64) *page {
	s := &page{status: p.status, fields: p.fields, body: p.body, coded: p.coded, plain: p.plain, first: p.first, whole: p.whole, life: p.life}
	ended := min(p.life.FreshUntil, now)
	for _, until := range [...]*int64{&s.life.StaleUntil, &s.life.ErrorUntil} {
		if *until == p.life.FreshUntil {
			*until = ended
		}
	}
	s.life.FreshUntil = ended
	return s
}
