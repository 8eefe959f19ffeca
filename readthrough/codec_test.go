package readthrough

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// sample is an entry with everything in it.
func sample() *Entry {
	return &Entry{
		Born: 1, FreshUntil: 2, StaleUntil: 3, ErrorUntil: math.MaxInt64, limit: 4, check: 5, root: 6, index: 7,
		stamped: &stamped{tags: []string{"product:42", "", "größe"}, tokens: []uint64{8, 9, math.MaxUint64}},
	}
}

func TestEntriesComeBackAsTheyWere(t *testing.T) {
	for name, n := range map[string]*Entry{
		"with tags":    sample(),
		"without":      {Born: -1, FreshUntil: math.MaxInt64, check: 5},
		"uncacheable":  {kind: kindUncacheable, FreshUntil: 9, check: 5},
		"with the end": {limit: math.MaxInt64, check: 5},
	} {
		for _, parts := range [][][]byte{nil, {[]byte("payload")}, {[]byte("in "), {}, []byte("pieces\x00\xff")}} {
			blob, payload := n.encode(true, parts...)
			if whole := bytes.Join(parts, nil); !bytes.Equal(payload, whole) {
				t.Errorf("%s: payload %q, want %q", name, payload, whole)
			}
			got, err := decode(plainFace, blob, 5, true)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			again, _ := got.encode(true, got.Payload)
			if !bytes.Equal(again, blob) || !slices.Equal(got.Tags(), n.Tags()) || got.Uncacheable() != n.Uncacheable() {
				t.Errorf("%s: came back as %+v", name, got)
			}
		}
	}
}

func TestOfATornEntryNothingIsUsed(t *testing.T) {
	blob, _ := sample().encode(true, []byte("payload"))
	for i := range blob {
		if _, err := decode(plainFace, blob[:i], 5, true); err == nil {
			t.Errorf("cut after %d bytes, and it decodes", i)
		}
		broken := bytes.Clone(blob)
		broken[i] ^= 0x10
		if _, err := decode(plainFace, broken, 5, true); err == nil {
			t.Errorf("byte %d changed, and it decodes", i)
		}
	}
	if _, err := decode(plainFace, blob, 6, true); !errors.Is(err, errCorrupt) {
		t.Errorf("the entry of another unit: %v", err)
	}
}

func TestWhatTheFaceCannotReadIsAMiss(t *testing.T) {
	face := &Face{Name: "picky", Decode: func(b []byte) (any, error) {
		if string(b) == "bad" {
			return nil, errors.New("unreadable")
		}
		return strings.ToUpper(string(b)), nil
	}}
	e := engine(t, newShelf(), Options{})
	k := e.Key(face, []byte("k"))
	if n, why := begin(t, e, bg, k, Access{}).Commit(text("bad")); n != nil || why != "unreadable" {
		t.Errorf("kept, or not because of %q", why)
	}
	begin(t, e, bg, k, Access{}).Commit(text("good"))
	if n, _ := e.Find(bg, k, nil); n == nil || n.Live != "GOOD" {
		t.Errorf("found %+v, want the decoded object beside the bytes", n)
	}
}

func TestBareIntegers(t *testing.T) {
	for blob, is := range map[string]bool{
		"0": true, "-1": true, "42": true, "9223372036854775807": true, "-9223372036854775808": true, "18446744073709551615": true,
		"": false, "-": false, "--1": false, "4 2": false, "1e3": false, "0x1": false, "1\n": false, "123456789012345678901": false, "\xc5": false,
	} {
		if got := bare([]byte(blob)) != nil; got != is {
			t.Errorf("%q is a bare integer: %t, want %t", blob, got, is)
		}
	}
}

func TestRecordsComeBackAsTheyWere(t *testing.T) {
	root := rootRecord{token: 1, incarnation: math.MaxUint64}
	if got, ok := decodeRoot(root.encode()); !ok || got != root {
		t.Errorf("root %+v", got)
	}
	mark := markRecord{token: 1, ends: 2}
	for range maxSoft + 2 {
		got, ok := decodeMark(mark.encode())
		if !ok || got.token != mark.token || got.ends != mark.ends || !slices.Equal(got.soft, mark.soft) {
			t.Errorf("mark %+v, want %+v", got, mark)
		}
		next := mark.softened()
		if next.token == mark.token || next.soft[0] != mark.token || len(next.soft) > maxSoft {
			t.Errorf("%+v softened is %+v", mark, next)
		}
		mark = next
	}
	index := indexRecord{token: 1, ends: 2, names: []string{"Accept", ""}, tags: []string{"t"}}
	got, ok := decodeIndex(index.encode())
	if !ok || got.token != 1 || got.ends != 2 || !slices.Equal(got.names, index.names) || !slices.Equal(got.tags, index.tags) {
		t.Errorf("index %+v", got)
	}
	for _, b := range [][]byte{root.encode(), mark.encode(), index.encode(), encodeToken(1)} {
		for i := range b {
			_, isRoot := decodeRoot(b[:i])
			_, isIndex := decodeIndex(b[:i])
			if isRoot || isIndex || decodeToken(b[:i]) != 0 && i != 8 {
				t.Errorf("%q cut after %d bytes still decodes", b, i)
			}
		}
	}
}

func TestLivesDoNotOverflow(t *testing.T) {
	forever := time.Duration(math.MaxInt64)
	for _, tt := range []struct {
		life Life
		want time.Duration
	}{
		{Life{}, 0},
		{Life{Fresh: -1, Keep: -1}, 0},
		{Life{Fresh: 5, StaleIfError: 2, StaleWhileRevalidate: 3, Keep: 1}, 8},
		{Life{StaleIfError: 2}, 2},
		{Life{Fresh: forever, Keep: forever}, forever},
		{Life{Fresh: 1, Keep: forever}, forever},
	} {
		if got := tt.life.total(); got != tt.want {
			t.Errorf("%+v lasts %d, want %d", tt.life, got, tt.want)
		}
	}
	if got := after(math.MaxInt64-1, 2); got != math.MaxInt64 {
		t.Errorf("after the end comes %d", got)
	}
	if recordLife(forever) != forever || recordLife(0) != 24*time.Hour || recordLife(24*time.Hour) != 48*time.Hour {
		t.Error("records do not outlive their entries")
	}
}

func TestSpacesAndPrefixes(t *testing.T) {
	prefixes := []string{"", "larder", "larder1:", "~larder1:", "a", "a~1:", "a1:", "A", "a:b", "a b", "a{b}", "ä", "#" + digest18("ä"),
		"a~1:VAAAAAAAAAAA", strings.Repeat("x", 60), strings.Repeat("x", 61), strings.Repeat("x", 62), "\x00", "\n"}
	spaces := map[string]string{}
	for _, p := range prefixes {
		s := spaceOf(p)
		if len(s) > 80 || strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' || c == '{' || c == '}' }) {
			t.Errorf("%q becomes %q, which not every store can take", p, s)
		}
		for other, q := range spaces {
			if strings.HasPrefix(s, other) || strings.HasPrefix(other, s) {
				t.Errorf("%q and %q lie in each other: %q, %q", p, q, s, other)
			}
		}
		spaces[s] = p
	}
}

func FuzzEntry(f *testing.F) {
	blob, _ := sample().encode(true, []byte("payload"))
	f.Add(blob)
	f.Add([]byte("42"))
	f.Add([]byte{magic})
	f.Fuzz(func(t *testing.T, blob []byte) {
		n, err := decode(plainFace, blob, 5, true)
		if err != nil {
			return
		}
		if n.Bare() {
			if !bytes.Equal(n.Payload, blob) {
				t.Errorf("%q is the integer %q", blob, n.Payload)
			}
			return
		}
		again, _ := n.encode(true, n.Payload)
		m, err := decode(plainFace, again, 5, true)
		if err != nil || !reflect.DeepEqual(n, m) {
			t.Errorf("%+v comes back as %+v, %v", n, m, err)
		}
	})
}

func FuzzRecords(f *testing.F) {
	f.Add(rootRecord{1, 2}.encode())
	f.Add(markRecord{1, 2, []uint64{3}}.encode())
	f.Add(indexRecord{1, 2, []string{"a"}, []string{"b", ""}}.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, ok := decodeRoot(b); ok && !bytes.Equal(p.encode(), b) {
			t.Errorf("root %q comes back as %q", b, p.encode())
		}
		if m, ok := decodeMark(b); ok && !bytes.Equal(m.encode(), b) {
			t.Errorf("mark %q comes back as %q", b, m.encode())
		}
		if x, ok := decodeIndex(b); ok {
			y, ok := decodeIndex(x.encode())
			if !ok || !slices.Equal(x.names, y.names) || !slices.Equal(x.tags, y.tags) || x.token != y.token {
				t.Errorf("index %+v comes back as %+v", x, y)
			}
		}
	})
}

// FuzzKey: no two lists of parts give the same material, and keys of different
// material are different and fit for every store.
func FuzzKey(f *testing.F) {
	f.Add("a", "b", "ab", "")
	f.Add("", "", "", "\x00")
	f.Add("1:a", "", "1", ":a")
	e := New(newShelf(), Options{})
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		one := AppendPart(AppendPart(nil, a), b)
		two := AppendPart(AppendPart(nil, c), d)
		if same := a == c && b == d; same != bytes.Equal(one, two) {
			t.Errorf("%q, %q and %q, %q: the same material is %t", a, b, c, d, !same)
		}
		if bytes.Equal(AppendPart(nil, a), two) {
			t.Errorf("one part %q and two parts %q, %q give the same", a, c, d)
		}
		k, l := e.Key(rootedFace, one), e.Key(rootedFace, two)
		at, elsewhere := e.variant(k, k.seen.Load(), rootText("r")).entry, e.variant(l, l.seen.Load(), rootText("r")).entry
		if (at == elsewhere) != bytes.Equal(one, two) {
			t.Errorf("%q and %q are kept under %q and %q", one, two, at, elsewhere)
		}
		if len(at) > 250 || strings.ContainsFunc(at, func(c rune) bool { return c <= ' ' || c > '~' }) {
			t.Errorf("%q is kept under %q, which not every store can take", one, at)
		}
	})
}
