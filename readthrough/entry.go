package readthrough

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"sync/atomic"
	"time"
)

// Life says for how long a result may be used, counted from the moment its
// render began. The windows follow one another: after Fresh, a stale copy may
// be shown for StaleWhileRevalidate while it is made anew (RFC 5861 §3), for
// StaleIfError when making it anew fails (RFC 5861 §4), and Keep only says how
// long the bytes stay in the store beyond Fresh at all, for revalidation.
type Life struct {
	Fresh                time.Duration
	StaleWhileRevalidate time.Duration
	StaleIfError         time.Duration
	Keep                 time.Duration
}

// total is how long the store must hold the entry.
func (l Life) total() time.Duration {
	return plus(max(l.Fresh, 0), max(l.StaleWhileRevalidate, l.StaleIfError, l.Keep, 0))
}

func plus(a, b time.Duration) time.Duration {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// after is at + d in nanoseconds, without overflow.
func after(at int64, d time.Duration) int64 {
	if d > 0 && at > math.MaxInt64-int64(d) {
		return math.MaxInt64
	}
	return at + int64(d)
}

// An Entry is what the store holds of one render. It is shared by everybody
// who reads it: nothing in it may be changed.
type Entry struct {
	// What each hit reads comes first, in one line of the processor's cache.

	Live    any                       // what Face.Decode made of the payload
	checked atomic.Uint64             // local store: clock at which it was last found valid
	tick    atomic.Pointer[time.Time] // local store: second in which a hit went there last
	stamped *stamped
	soft    atomic.Bool // invalidated softly: stale, not dead
	gone    atomic.Bool // a local store has let go of it
	kind    uint8

	Payload    []byte // the face's bytes
	Born       int64  // Unix nanoseconds: when its render began
	FreshUntil int64  // first nanosecond at which it is not fresh any more
	StaleUntil int64  // end of the stale-while-revalidate window
	ErrorUntil int64  // end of the stale-if-error window
	limit      int64  // what MaxTTL said, as a moment; 0: nothing

	check uint64
	root  uint64 // token of the root; in a local store the clock at begin
	index uint64
	at    atomic.Pointer[variant]
}

// stamped are the tags of an entry and the tokens of their marks.
type stamped struct {
	tags   []string
	tokens []uint64
}

const (
	kindResult      uint8 = iota
	kindUncacheable       // remembers that the unit cannot be kept (hit-for-miss)
	kindBare              // a bare integer, without an envelope
)

// Tags are the tags that the entry carries. Read-only.
func (n *Entry) Tags() []string {
	if n.stamped == nil {
		return nil
	}
	return n.stamped.tags
}

// Uncacheable reports whether this entry only remembers that there is nothing
// to keep: render without waiting for anybody.
func (n *Entry) Uncacheable() bool { return n.kind == kindUncacheable }

// Bare reports whether the payload is a bare integer, as a server counts it.
func (n *Entry) Bare() bool { return n.kind == kindBare }

// Soft reports whether a soft invalidation made it stale before its time.
func (n *Entry) Soft() bool { return n.soft.Load() }

// Climbs reports whether there is anything in the entry for what encloses it.
func (n *Entry) Climbs() bool { return n.stamped != nil || n.limit != 0 }

// Fresh reports whether the entry may be used at now (Unix nanoseconds).
func (n *Entry) Fresh(now int64) bool { return now < n.FreshUntil && !n.soft.Load() }

// Stale reports whether the entry may be shown while it is made anew.
func (n *Entry) Stale(now int64) bool { return now < n.StaleUntil }

const (
	magic    = 0xC5 // not a digit, not '-': tells an envelope from a bare integer
	minSize  = 2 + 8 + 8 + 7
	tailSize = 4
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errCorrupt = errors.New("larder: corrupt entry")

// encode writes the envelope and the payload's parts, and a checksum over both
// where the bytes leave this process.
func (e *Engine) encode(n *Entry, parts ...[]byte) (blob, payload []byte) {
	return n.encode(!e.marks.local(), parts...)
}

// decode reads what encode wrote.
func (e *Engine) decode(f *Face, blob []byte, check uint64) (*Entry, error) {
	return decode(f, blob, check, !e.marks.local())
}

// encode writes an entry into one piece of memory that is no larger than it.
// There may be millions of them, so times are written as distances from each
// other and tokens as short as they are.
func (n *Entry) encode(sum bool, parts ...[]byte) (blob, payload []byte) {
	var room [256]byte
	head := n.appendHead(room[:0])
	size := len(head)
	for _, p := range parts {
		size += len(p)
	}
	if !sum {
		b := appendAll(make([]byte, 0, size), head, parts)
		return b, b[len(head):size:size]
	}
	b := appendAll(make([]byte, 0, size+tailSize), head, parts)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	return b, b[len(head):size:size]
}

func appendAll(b, head []byte, parts [][]byte) []byte {
	b = append(b, head...)
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func (n *Entry) appendHead(b []byte) []byte {
	b = append(b, magic, n.kind)
	b = binary.LittleEndian.AppendUint64(b, n.check)
	b = binary.LittleEndian.AppendUint64(b, uint64(n.Born))
	for _, v := range [...]uint64{
		uint64(n.FreshUntil - n.Born), uint64(n.StaleUntil - n.FreshUntil), uint64(n.ErrorUntil - n.FreshUntil), uint64(n.limit),
		n.root, n.index, uint64(len(n.Tags())),
	} {
		b = binary.AppendUvarint(b, v)
	}
	for i, t := range n.Tags() {
		b = AppendPart(b, t)
		b = binary.AppendUvarint(b, n.stamped.tokens[i])
	}
	return b
}

// decode reads what encode wrote. The entry refers to blob and does not copy
// it. Every length is checked before anything is allocated for it.
func decode(f *Face, blob []byte, check uint64, sum bool) (*Entry, error) {
	if n := bare(blob); n != nil {
		return n, nil
	}
	if len(blob) < minSize || blob[0] != magic || blob[1] > kindUncacheable {
		return nil, errCorrupt
	}
	if sum {
		end := len(blob) - tailSize
		if crc32.Checksum(blob[:end], castagnoli) != binary.LittleEndian.Uint32(blob[end:]) {
			return nil, errCorrupt
		}
		blob = blob[:end]
	}
	n := &Entry{kind: blob[1], check: binary.LittleEndian.Uint64(blob[2:]), Born: int64(binary.LittleEndian.Uint64(blob[10:]))}
	if n.check != check {
		return nil, errCorrupt
	}
	rest, err := n.decodeHead(blob[18:])
	if err != nil {
		return nil, err
	}
	n.Payload = rest[:len(rest):len(rest)]
	if f.Decode != nil && n.kind == kindResult {
		n.Live, err = f.Decode(n.Payload)
	}
	return n, err
}

func (n *Entry) decodeHead(b []byte) (rest []byte, err error) {
	var v [7]uint64
	for i := range v {
		var l int
		if v[i], l = binary.Uvarint(b); l <= 0 {
			return nil, errCorrupt
		}
		b = b[l:]
	}
	n.FreshUntil = n.Born + int64(v[0])
	n.StaleUntil, n.ErrorUntil = n.FreshUntil+int64(v[1]), n.FreshUntil+int64(v[2])
	n.limit, n.root, n.index = int64(v[3]), v[4], v[5]
	if v[6] == 0 {
		return b, nil
	}
	return n.decodeTags(v[6], b)
}

func (n *Entry) decodeTags(count uint64, b []byte) (rest []byte, err error) {
	if count > MaxTags || count*2 > uint64(len(b)) {
		return nil, errCorrupt
	}
	n.stamped = &stamped{tags: make([]string, count), tokens: make([]uint64, count)}
	for i := range n.stamped.tags {
		size, l := binary.Uvarint(b)
		if l <= 0 || size > uint64(len(b)-l) {
			return nil, errCorrupt
		}
		n.stamped.tags[i], b = string(b[l:l+int(size)]), b[l+int(size):]
		if n.stamped.tokens[i], l = binary.Uvarint(b); l <= 0 {
			return nil, errCorrupt
		}
		b = b[l:]
	}
	return b, nil
}

// bare is the entry of a bare integer in decimal, nil if blob is none.
func bare(blob []byte) *Entry {
	digits := bytes.TrimPrefix(blob, []byte("-"))
	if len(digits) == 0 || len(blob) > 20 || bytes.ContainsFunc(digits, func(c rune) bool { return c < '0' || c > '9' }) {
		return nil
	}
	return &Entry{kind: kindBare, Payload: blob, FreshUntil: math.MaxInt64}
}
