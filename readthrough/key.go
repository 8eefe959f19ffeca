package readthrough

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync/atomic"
)

// formatVersion is part of every key: entries of another format are never met.
const formatVersion = "1"

// A Face is one of the media that the engine serves: pages, fragments, values.
// Make one per face, once, and share it.
type Face struct {
	Name string // short, unique; part of every key and of every event
	// Decode turns a stored payload into the object kept as Entry.Live. It
	// must not keep more than references into payload, and an error makes
	// the entry a miss. Nil: Live stays nil.
	Decode func(payload []byte) (any, error)
	// Indexed: one unit has several variants (a URL and its Vary), found
	// through an index that the engine learns.
	Indexed bool
	// Rooted: the store key is readable and holds the token of the last
	// Clear, so that a bare integer without an envelope can be kept there.
	Rooted bool
}

// Varied gives the part of a key that depends on what varies: for a page the
// values of the request headers named. The result is read before the next call
// and never kept. Names come in the order in which the index holds them.
type Varied interface {
	Values(names []string) []byte
}

// A Key is one unit in the cache: a URL, a fragment, a value. It also
// remembers what was needed last time, which is only ever a guess at what to
// read. Keys come from Engine.Key and may be used concurrently.
type Key struct {
	face     *Face
	hash     uint64
	material string
	seen     atomic.Pointer[seen]
	listed   atomic.Bool // was in the key table

	sum  [sha256.Size]byte
	unit string // hash of the material, printable
	mark any    // unit, boxed once for lookups in sync.Map
}

// seen is what this process knows of a unit's variants. Immutable.
type seen struct {
	names    []string
	variants []*variant
	room     [1]*variant // for variants, of which most units have one
}

// A variant is one entry of a unit.
type variant struct {
	values string                // as Varied gave them, under names
	entry  string                // key in the store
	check  uint64                // second digest, stored in the entry and compared
	last   atomic.Pointer[Entry] // what a local store holds under entry
	reads  atomic.Pointer[reads]
}

// reads is the one GetMany of a lookup, as it was needed last time.
type reads struct {
	tags []string
	keys []string // entry, root, index if there is one, marks of tags
}

const (
	maxVariants = 32 // remembered per key; the store may hold more
	keySets     = 1 << 13
	keyWays     = 4

	// In bytes: whoever asks decides how long these are.
	maxMaterial = 2 << 10 // of a key that the table remembers
	maxValues   = 8 << 10 // of all variants together that a key remembers
)

// keyTable remembers keys by their material: some places per hash, the newest
// key first. It is a memory, not a registry: whatever falls out is made anew.
type keyTable struct {
	seed maphash.Seed
	sets [][keyWays]atomic.Pointer[Key]
}

func newKeyTable() *keyTable {
	return &keyTable{seed: maphash.MakeSeed(), sets: make([][keyWays]atomic.Pointer[Key], keySets)}
}

func (t *keyTable) find(f *Face, material []byte) (k *Key, hash uint64) {
	hash = maphash.Bytes(t.seed, material)
	set := &t.sets[hash%keySets]
	for i := range set {
		k = set[i].Load()
		if k != nil && k.hash == hash && k.face == f && k.material == string(material) {
			return k, hash
		}
	}
	return nil, hash
}

func (t *keyTable) add(k *Key) {
	if len(k.material) > maxMaterial {
		return
	}
	set := &t.sets[k.hash%keySets]
	for i := range set {
		if k = set[i].Swap(k); k == nil {
			return
		}
	}
}

// Key returns the unit that the material names. The material of two units must
// differ: join its parts with their lengths (AppendPart). A key that was used
// lately costs no allocation and no SHA-256.
func (e *Engine) Key(f *Face, material []byte) *Key {
	k, hash := e.keys.find(f, material)
	if k != nil {
		return k
	}
	k = e.newKey(f, material, hash)
	if !e.marks.local() { // there a key is worth its memory once there is something to find
		k.listed.Store(true)
		e.keys.add(k)
	}
	return k
}

func (e *Engine) newKey(f *Face, material []byte, hash uint64) *Key {
	k := &Key{face: f, hash: hash, material: string(material)}
	var room [512]byte
	k.sum = sha256.Sum256(append(AppendPart(AppendPart(room[:0], formatVersion), f.Name), material...))
	k.unit = printable(k.sum[:24])
	k.mark = unitMark(k.unit)
	k.seen.Store(&seen{names: e.marks.names(k)})
	return k
}

// String is the unit's name as it appears in store keys; it tells nothing of
// the material.
func (k *Key) String() string { return k.unit }

// Varies reports whether the unit is known to have variants.
func (k *Key) Varies() bool { return len(k.seen.Load().names) > 0 }

// AppendPart appends a part of key material with its length before it, so
// that no two lists of parts give the same bytes.
func AppendPart(dst []byte, part string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(part)))
	return append(dst, part...)
}

func printable(sum []byte) string { return base64.RawURLEncoding.EncodeToString(sum) }

// variant finds the entry of k for what v says now, making it when it was not
// met before.
func (e *Engine) variant(k *Key, s *seen, v Varied) *variant {
	var values []byte
	if v != nil {
		values = v.Values(s.names)
	}
	for _, va := range s.variants {
		if va.values == string(values) {
			return va
		}
	}
	return e.newVariant(k, s, string(values))
}

func (e *Engine) newVariant(k *Key, s *seen, values string) *variant {
	va := &variant{values: values, entry: e.space + "E{" + k.unit + "}", check: binary.BigEndian.Uint64(k.sum[24:])}
	if k.face.Rooted {
		va.entry = e.space + "V" + values + printableKey(k)
	} else if len(s.names) > 0 || values != "" {
		var m []byte
		for _, n := range s.names {
			m = AppendPart(m, n)
		}
		sum := sha256.Sum256(AppendPart(AppendPart(nil, string(m)), values))
		va.entry += printable(sum[:18])
		va.check ^= binary.BigEndian.Uint64(sum[24:])
	}
	k.remember(s, va)
	return va
}

// remember adds va to what is known, unless the names have changed since.
func (k *Key) remember(s *seen, va *variant) {
	old := k.seen.Load()
	if !slices.Equal(old.names, s.names) || len(va.values) > maxValues {
		return
	}
	keep := old.variants[:beside(va, old.variants)]
	if k.face.Rooted {
		keep = nil
	}
	s = &seen{names: old.names}
	s.variants = append(append(s.room[:0], va), keep...)
	k.seen.CompareAndSwap(old, s)
}

// beside is how many of the variants are remembered together with va.
func beside(va *variant, variants []*variant) (n int) {
	room := maxValues - len(va.values)
	for n < min(len(variants), maxVariants-1) && len(variants[n].values) <= room {
		room -= len(variants[n].values)
		n++
	}
	return n
}

// relearn notes the names that the unit varies on.
func (k *Key) relearn(names []string) *seen {
	for {
		old := k.seen.Load()
		if slices.Equal(old.names, names) {
			return old
		}
		s := &seen{names: names}
		if k.seen.CompareAndSwap(old, s) {
			return s
		}
	}
}

// printableKey is the tail of a rooted key: its own text where a store can
// take that, a digest otherwise. The two forms cannot meet.
func printableKey(k *Key) string {
	if len(k.material) > 150 {
		return "#" + k.unit
	}
	for _, c := range []byte(k.material) {
		if c <= ' ' || c > '~' || c == '{' || c == '}' {
			return "#" + k.unit
		}
	}
	return ":" + k.material
}
