package cachepage

import (
	"encoding/binary"
	"errors"
	"net/http"
	"slices"
	"unsafe"

	"github.com/larder-go/larder/internal/conditional"
	"github.com/larder-go/larder/internal/field"
	"github.com/larder-go/larder/internal/policy"
	"github.com/larder-go/larder/readthrough"
)

// page is a stored response, decoded. Texts and body refer to the stored
// bytes. It is shared by everybody who serves it; the slices of values have no
// room to grow, so that an append elsewhere copies.
type page struct {
	life    policy.Stored
	fields  []headerField
	body    []byte
	coded   []codedBody // instead of body
	whole   int64       // of a part: size of the whole; 0 for a page that is complete
	status  int
	implied int  // index of the field that a server writes by itself, or none
	chained bool // another cache's Cache-Status is among the fields
	untyped bool // the handler kept the server from guessing a Content-Type

	plain      int   // size of the body that coded stands for
	first      int64 // of a part: where in the whole its body begins
	validators conditional.Validators
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

// encodePage writes the head of a stored page: status, life, fields, form and
// length of the body. The body follows it in the payload.
func encodePage(status int, life policy.Stored, h http.Header, c content) (head []byte, ok bool) {
	b := binary.LittleEndian.AppendUint16(make([]byte, 0, 512), uint16(status))
	b = appendLife(b, life)
	var room [32]string
	names, lines := room[:0], 0
	for name, v := range h {
		names, lines = append(names, name), lines+len(v)
	}
	slices.Sort(names)
	b = binary.AppendUvarint(b, uint64(min(lines, maxFields+1)))
	for _, name := range names {
		for _, v := range h[name] {
			b = appendField(b, name, v)
		}
	}
	b = c.appendHead(b)
	return b, lines <= maxFields && len(b) <= maxHeaderSize
}

// appendField appends name and value, each as its number if it has one.
func appendField(b []byte, name, value string) []byte {
	number, short := fieldNumbers[name], valueNumbers[value]
	if short > 0 {
		b = append(b, number|numbered)
	} else {
		b = append(b, number)
	}
	if number == 0 {
		b = readthrough.AppendPart(b, name)
	}
	if short > 0 {
		return append(b, short)
	}
	return readthrough.AppendPart(b, value)
}

// appendLife appends flags, the moment of birth, and all other times as
// distances, which are short.
func appendLife(b []byte, l policy.Stored) []byte {
	var flags byte
	for i, on := range [...]bool{l.NoStale, l.Authorized, l.Validator, l.ErrorExplicit} {
		if on {
			flags |= 1 << i
		}
	}
	b = binary.LittleEndian.AppendUint64(append(b, flags), uint64(l.Born))
	for _, d := range [...]int64{l.FreshUntil - l.Born, l.StaleUntil - l.FreshUntil, l.ErrorUntil - l.FreshUntil, l.KeepUntil - l.FreshUntil} {
		b = binary.AppendUvarint(b, uint64(d))
	}
	return b
}

func cutLife(b []byte) (l policy.Stored, rest []byte, ok bool) {
	if len(b) < 9 {
		return l, nil, false
	}
	f := b[0]
	l = policy.Stored{NoStale: f&1 != 0, Authorized: f&2 != 0, Validator: f&4 != 0, ErrorExplicit: f&8 != 0, Born: int64(binary.LittleEndian.Uint64(b[1:]))}
	b = b[9:]
	for i, until := range [...]*int64{&l.FreshUntil, &l.StaleUntil, &l.ErrorUntil, &l.KeepUntil} {
		d, n := binary.Uvarint(b)
		if n <= 0 {
			return l, nil, false
		}
		b = b[n:]
		if *until = l.FreshUntil + int64(d); i == 0 {
			*until = l.Born + int64(d)
		}
	}
	return l, b, true
}

// decodePage reads what encodePage wrote and the body behind it. Fields that
// could not be sent, such as ones with a line break in them, make it corrupt.
func decodePage(b []byte) (any, error) {
	if len(b) < 2 {
		return nil, errPage
	}
	life, rest, ok := cutLife(b[2:])
	lines, n := binary.Uvarint(rest)
	p := &page{status: int(binary.LittleEndian.Uint16(b)), life: life}
	if !ok || n <= 0 || lines > maxFields || p.status < 200 || p.status > 999 {
		return nil, errPage
	}
	rest, ok = p.decodeFields(rest[n:], int(lines))
	if !ok || !p.decodeContent(rest) || p.partial() != (p.status == http.StatusPartialContent) {
		return nil, errPage
	}
	p.findValidators()
	p.chained, p.implied = p.has("Cache-Status"), p.findImplied()
	p.untyped = len(p.body) > 0 && !p.partial() && !p.has("Content-Type") && !p.has("Content-Encoding")
	return p, nil
}

func (p *page) decodeFields(b []byte, lines int) (rest []byte, ok bool) {
	values := make([]string, 0, lines)
	p.fields = make([]headerField, 0, lines)
	for range lines {
		var name, value string
		if name, value, b, ok = cutField(b); !ok {
			return nil, false
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
	return b, true
}

// cutField cuts off what appendField appended. A field that could not be sent
// is none.
func cutField(b []byte) (name, value string, rest []byte, ok bool) {
	if len(b) == 0 {
		return "", "", nil, false
	}
	number, short := int(b[0]&^numbered), b[0]&numbered != 0
	if name, b, ok = cutNumbered(fieldNames[:], number, b[1:]); !ok || number == 0 && !field.ValidName(name) {
		return "", "", nil, false
	}
	if !short {
		value, rest, ok = cutText(b)
		return name, value, rest, ok && field.ValidValue(value)
	}
	if len(b) == 0 || b[0] == 0 {
		return "", "", nil, false
	}
	value, rest, ok = cutNumbered(fieldValues[:], int(b[0]), b[1:])
	return name, value, rest, ok
}

// cutNumbered is the text with that number, counted from one, or for zero the
// one in front of b.
func cutNumbered(texts []string, number int, b []byte) (text string, rest []byte, ok bool) {
	switch {
	case number == 0:
		return cutText(b)
	case number > len(texts):
		return "", nil, false
	}
	return texts[number-1], b, true
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
	s := new(page)
	*s = *p
	ended := min(p.life.FreshUntil, now)
	for _, until := range [...]*int64{&s.life.StaleUntil, &s.life.ErrorUntil} {
		if *until == p.life.FreshUntil {
			*until = ended
		}
	}
	s.life.FreshUntil = ended
	return s
}
