package readthrough

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/larder-go/larder/store"
)

func TestValuesWithTagsThatDoNotFitAreRefused(t *testing.T) {
	var many []string
	for i := range MaxTags + 1 {
		many = append(many, strconv.Itoa(i))
	}
	for name, a := range map[string]Access{"too many": {Tags: many}, "too long": {Tags: []string{strings.Repeat("x", maxTagLength+1)}}} {
		t.Run(name, func(t *testing.T) {
			onBothForms(t, func(t *testing.T, s store.Store) {
				e := engine(t, s, Options{})
				k := rooted(e, "k")
				refused := func(err error) {
					t.Helper()
					if !errors.Is(err, errors.ErrUnsupported) || errors.Is(err, ErrUnavailable) {
						t.Errorf("error %v; want ErrUnsupported, since the store is well", err)
					}
				}
				refused(e.Put(bg, k, a, text("x")))
				added, err := e.Add(bg, k, a, text("x"))
				if refused(err); added {
					t.Error("added without some of its tags")
				}
				want(t, e, k, "")
			})
		})
	}
}
