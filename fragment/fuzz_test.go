package fragment

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// sameGenerated is same for a generated example. New may refuse one only
// because of the places of its blocks.
func (x example) sameGenerated(t *testing.T) (compiled bool) {
	id := 0
	x.data = things(2, &id)
	want := x.reference(t)
	set, err := x.compile(t, newCache(t))
	if e := (*Error)(nil); errors.As(err, &e) && strings.Contains(e.Reason, "element text") {
		return false
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, x.text)
	}
	for _, round := range []string{"miss", "hit", "hit again"} {
		if got := x.run(set); got != want {
			t.Fatalf("%s:\n  got   %s\n  want  %s\n  of    %s", round, got, want, x.text)
		}
	}
	return true
}

// TestGenerated: some generated templates, always the same.
func TestGenerated(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	compiled := 0
	const n = 400
	for range n {
		data := make([]byte, 40+r.IntN(300))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		x := generate(data)
		if x.sameGenerated(t) {
			compiled++
		}
	}
	if compiled < n/2 {
		t.Errorf("only %d of %d were compiled: the generator has gone bad", compiled, n)
	}
	t.Logf("%d of %d compiled", compiled, n)
}

func FuzzTransparent(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("\x03\x01\x01\x00\x04\x02\x01\x07\x01\x09\x0a"))
	f.Add([]byte("the bytes are decisions, so any text will do as a seed"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1000 {
			t.Skip()
		}
		generate(data).sameGenerated(t)
	})
}

// FuzzNew: whatever is written, New answers with a template or an error, and
// does not touch the set.
func FuzzNew(f *testing.F) {
	for _, x := range examples {
		f.Add(x.text)
	}
	f.Add(`{{cache 60 "n" (tags "a") (using .X) .Y}}{{endcache}}`)
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := example{}.parse(text, Funcs())
		if err != nil {
			t.Skip()
		}
		before := fmt.Sprint(parsed.Tree)
		if parsed.Tree != nil {
			before = parsed.Tree.Root.String()
		}
		if _, err := New(newCache(t), parsed); err != nil {
			_ = err.Error()
		}
		if parsed.Tree != nil && parsed.Tree.Root.String() != before {
			t.Errorf("the set was changed:\n%s\n%s", before, parsed.Tree.Root)
		}
	})
}
