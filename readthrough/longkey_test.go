package readthrough

import (
	"strings"
	"testing"

	"github.com/larder-go/larder/store"
)

// Whoever asks decides how long a URL is, and what it varies on: neither may
// make the key table large.
func TestAKeyThatIsLongIsNotRemembered(t *testing.T) {
	for size, remembered := range map[int]bool{maxMaterial: true, maxMaterial + 1: false} {
		onBothForms(t, func(t *testing.T, s store.Store) {
			e := engine(t, s, Options{})
			name := strings.Repeat("x", size)
			keep(t, e, key(e, name), "kept", "t")
			for range 3 {
				want(t, e, key(e, name), "kept")
			}
			if one, other := key(e, name), key(e, name); (one == other) != remembered {
				t.Errorf("%d bytes: want it remembered: %t", size, remembered)
			}
		})
	}
}

func TestVariantsWithLongValuesAreFewer(t *testing.T) {
	for size, remembered := range map[int]int{0: 1, 1: maxVariants, maxValues / 4: 4, maxValues: 1, maxValues + 1: 0} {
		e := engine(t, newShelf(), Options{})
		k := key(e, "k")
		for i := range 2 * maxVariants {
			values := strings.Repeat(string(rune(i)), size)
			if va := e.variant(k, k.seen.Load(), rootText(values)); va.values != values {
				t.Fatalf("another variant: %d bytes", len(va.values))
			}
		}
		if n := len(k.seen.Load().variants); n != remembered {
			t.Errorf("values of %d bytes: %d variants remembered, want %d", size, n, remembered)
		}
	}
}
