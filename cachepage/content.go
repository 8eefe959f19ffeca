package cachepage

import "encoding/binary"

// content is the body of a page as it is kept: plain, or in several codings.
type content struct {
	plain []byte
	coded []codedBody
	size  int // of the plain body
}

func (p *page) content() content {
	return content{plain: p.body, coded: p.coded, size: p.plain}
}

// appendHead appends how many coded bodies there are, with name and length of
// each, and the length of the plain body; the bodies follow it.
func (c *content) appendHead(b []byte) []byte {
	b = append(b, byte(len(c.coded)))
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
	if len(b) < 1 || b[0] > byte(len(coders)) {
		return false
	}
	count := int(b[0])
	b = b[1:]
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
	if count == 0 {
		p.body, p.plain = b[:len(b):len(b)], len(b)
		return size == uint64(len(b))
	}
	p.plain = int(size)
	for i := range p.coded {
		if sizes[i] > uint64(len(b)) {
			return false
		}
		p.coded[i].body, b = b[:sizes[i]:sizes[i]], b[sizes[i]:]
	}
	return len(b) == 0 && size <= maxPlain
}
