package readthrough

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

type duration = time.Duration

// The records of a shared store. A token is written to its key once, when the
// record is made, and never again: nothing sets a token that it has read. So
// whatever a server loses, delays or brings in another order can only make an
// entry invalid, never a dead one valid.

const (
	rootMagic  = 'P'
	markMagic  = 'M'
	indexMagic = 'I'
	maxSoft    = 4 // earlier tokens that a mark remembers as stale
)

func newToken() uint64 {
	var b [8]byte
	for {
		rand.Read(b[:]) // never fails
		if t := binary.LittleEndian.Uint64(b[:]); t != 0 {
			return t
		}
	}
}

func digest18(s string) string {
	sum := sha256.Sum256([]byte(s))
	return printable(sum[:18])
}

// rootRecord is what all entries of a cache depend on. It names the run of the
// server's memory in which it was made: after a restart or a failover, which
// may have brought deleted records back, it is void.
type rootRecord struct {
	token       uint64
	incarnation uint64
}

// of reports whether the root was made in the run of memory called now; 0: the
// server does not know.
func (p rootRecord) of(now uint64) bool { return now == 0 || p.incarnation == now }

func (p rootRecord) encode() []byte {
	b := binary.LittleEndian.AppendUint64([]byte{rootMagic}, p.token)
	return binary.LittleEndian.AppendUint64(b, p.incarnation)
}

func decodeRoot(b []byte) (p rootRecord, ok bool) {
	if len(b) != 17 || b[0] != rootMagic {
		return p, false
	}
	return rootRecord{binary.LittleEndian.Uint64(b[1:]), binary.LittleEndian.Uint64(b[9:])}, true
}

// incarnationOf is a digest of a server's name for the run of its memory (FNV-1a:
// it is computed with every hit, and servers do not choose their names to
// collide). 0 stands for an empty name.
func incarnationOf(name string) uint64 {
	if name == "" {
		return 0
	}
	h := uint64(14695981039346656037)
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 1099511628211
	}
	return h
}

// markRecord is the mark of a tag.
type markRecord struct {
	token uint64
	ends  int64 // Unix seconds: when the server may drop it, as said when it was made
	soft  []uint64
}

func (m markRecord) encode() []byte {
	b := binary.LittleEndian.AppendUint64([]byte{markMagic}, m.token)
	b = binary.LittleEndian.AppendUint64(b, uint64(m.ends))
	for _, t := range m.soft {
		b = binary.LittleEndian.AppendUint64(b, t)
	}
	return b
}

func decodeMark(b []byte) (m markRecord, ok bool) {
	if len(b) < 17 || len(b) > 17+8*maxSoft || len(b)%8 != 1 || b[0] != markMagic {
		return m, false
	}
	m.token, m.ends = binary.LittleEndian.Uint64(b[1:]), int64(binary.LittleEndian.Uint64(b[9:]))
	for b = b[17:]; len(b) > 0; b = b[8:] {
		m.soft = append(m.soft, binary.LittleEndian.Uint64(b))
	}
	return m, true
}

// softened is the record after a soft invalidation.
func (m markRecord) softened() markRecord {
	soft := append([]uint64{m.token}, m.soft...)
	return markRecord{token: newToken(), ends: m.ends, soft: soft[:min(len(soft), maxSoft)]}
}

// indexRecord says what a unit varies on, and guesses at its tags.
type indexRecord struct {
	token uint64
	ends  int64
	names []string
	tags  []string
}

func (x indexRecord) encode() []byte {
	b := binary.LittleEndian.AppendUint64([]byte{indexMagic}, x.token)
	b = binary.LittleEndian.AppendUint64(b, uint64(x.ends))
	return appendTexts(appendTexts(b, x.names), x.tags)
}

func appendTexts(b []byte, texts []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(texts)))
	for _, t := range texts {
		b = AppendPart(b, t)
	}
	return b
}

func decodeIndex(b []byte) (x indexRecord, ok bool) {
	if len(b) < 17 || b[0] != indexMagic {
		return x, false
	}
	x.token, x.ends = binary.LittleEndian.Uint64(b[1:]), int64(binary.LittleEndian.Uint64(b[9:]))
	b = b[17:]
	if x.names, b, ok = cutTexts(b, maxNames); !ok {
		return x, false
	}
	x.tags, b, ok = cutTexts(b, MaxTags)
	return x, ok && len(b) == 0
}

func cutTexts(b []byte, most int) (texts []string, rest []byte, ok bool) {
	n, l := binary.Uvarint(b)
	if l <= 0 || n > uint64(most) {
		return nil, nil, false
	}
	b = b[l:]
	for range n {
		size, l := binary.Uvarint(b)
		if l <= 0 || size > uint64(len(b)-l) {
			return nil, nil, false
		}
		texts = append(texts, string(b[l:l+int(size)]))
		b = b[l+int(size):]
	}
	return texts, b, true
}

// headOf is what a mark and an index begin with alike, after the first byte.
func headOf(b []byte) (token uint64, ends int64, ok bool) {
	if len(b) < 17 {
		return 0, 0, false
	}
	return binary.LittleEndian.Uint64(b[1:]), int64(binary.LittleEndian.Uint64(b[9:])), true
}

// ending is the mark or index b with another end.
func ending(b []byte, ends int64) []byte {
	b = bytes.Clone(b)
	binary.LittleEndian.PutUint64(b[9:], uint64(ends))
	return b
}

func encodeToken(t uint64) []byte { return binary.LittleEndian.AppendUint64(nil, t) }

func decodeToken(b []byte) uint64 {
	if len(b) != 8 {
		return 0
	}
	return binary.LittleEndian.Uint64(b)
}

// recordLife is how long the mark or index of an entry must live: longer than
// the entry, so that its absence always means something.
func recordLife(entry duration) duration {
	if entry > 1<<61 {
		return entry
	}
	return max(24*time.Hour, 2*entry)
}
