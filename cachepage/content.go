package cachepage

import (
	"encoding/binary"
	"math"
)

// content is the body of a page as it is kept: plain, in several codings, or
// only a part of it.
type content struct {
	plain []byte
	coded []codedBody
	size  int   // of the plain body
	first int64 // of a part: where in the whole it begins
	whole int64 // of a part: size of the whole; 0 for all else
}

// incomplete stands where a complete body has the number of its codings.
const incomplete = 0xFF

func (p *page) content() content {
	return content{plain: p.body, coded: p.coded, size: p.plain, first: p.first, whole: p.whole}
}

// appendHead appends how many coded bodies there are. If there are any, name
// and length of each follow, and the length of the plain body, and then the
// bodies; if there is none, the plain body. A part says instead that it is one,
// where it begins, and how long the whole is.
func (c *content) appendHead(b []byte) []byte {
	if c.whole > 0 {
		b = binary.LittleEndian.AppendUint64(append(b, incomplete), uint64(c.first))
		return binary.LittleEndian.AppendUint64(b, uint64(c.whole))
	}
	if b = append(b, byte(len(c.coded))); len(c.coded) == 0 {
		return b
	}
	for i := range c.coded {
		name := c.coded[i].coding
		b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
		b = binary.LittleEndian.AppendUint64(b, uint64(len(c.coded[i].body)))
	}
	return binary.LittleEndian.AppendUint64(b, uint64(c.size))
}

// parts are the head and the bodies, as they are written.
func (c *content) parts(head []byte) [][]byte {
	if c.coded == nil {
		return [][]byte{head, c.plain}
	}
	all := [][]byte{head}
	for i := range c.coded {
		all = append(all, c.coded[i].body)
	}
	return all
}

// maxPlain is the largest size that a coded body may claim to have.
const maxPlain = 1 << 30

// decodeContent reads what appendHead wrote and the bodies behind it.
func (p *page) decodeContent(b []byte) bool {
	if len(b) > 0 && b[0] == incomplete {
		return p.decodePart(b[1:])
	}
	if len(b) < 1 || b[0] > byte(len(coders)) {
		return false
	}
	count := int(b[0])
	if b = b[1:]; count == 0 {
		p.body, p.plain = b[:len(b):len(b)], len(b)
		return true
	}
	sizes := make([]uint64, 0, 4)
	for range count {
		name, rest, ok := cutText(b)
		if !ok || len(rest) < 8 || coders[name].decode == nil {
			return false
		}
		p.coded = append(p.coded, codedBody{coding: name})
		sizes, b = append(sizes, binary.LittleEndian.Uint64(rest)), rest[8:]
	}
	if len(b) < 8 {
		return false
	}
	size := binary.LittleEndian.Uint64(b)
	b = b[8:]
	p.plain = int(size)
	for i := range p.coded {
		if sizes[i] > uint64(len(b)) {
			return false
		}
		p.coded[i].body, b = b[:sizes[i]:sizes[i]], b[sizes[i]:]
	}
	return len(b) == 0 && size <= maxPlain
}

// decodePart reads a part. It lies within the whole, and is less than that.
func (p *page) decodePart(b []byte) bool {
	if len(b) < 16 {
		return false
	}
	first, whole := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
	b = b[16:]
	size := uint64(len(b))
	if whole > math.MaxInt64 || size == 0 || size >= whole || first > whole-size {
		return false
	}
	p.body, p.plain = b[:len(b):len(b)], len(b)
	p.first, p.whole = int64(first), int64(whole)
	return true
}
