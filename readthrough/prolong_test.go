package readthrough

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestATaggedValueLastsAsLongAsItWasTold(t *testing.T) {
	const days = 24 * time.Hour
	week := Product{Parts: [][]byte{[]byte("x")}, Life: Life{Fresh: 7 * days}}
	for name, give := range map[string]func(e *Engine, k *Key) error{
		"Put": func(e *Engine, k *Key) error { return e.Put(bg, k, tagged, week) },
		"Add": func(e *Engine, k *Key) error { _, err := e.Add(bg, k, tagged, week); return err },
		"Put and Touch": func(e *Engine, k *Key) error {
			if err := e.Put(bg, k, tagged, text("x")); err != nil {
				return err
			}
			_, err := e.Touch(bg, k, week.Life)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := engine(t, newShelf(), Options{})
				if err := give(e, rooted(e, "k")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(7*days - time.Second)
				want(t, e, rooted(e, "k"), "x")
				time.Sleep(time.Second)
				want(t, e, rooted(e, "k"), "")
			})
		})
	}
}

func TestWhatLastsLongestDecidesHowLongAMarkLasts(t *testing.T) {
	const days = 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		s := newShelf()
		e, other := engine(t, s, Options{}), engine(t, s, Options{})
		long, short := begin(t, e, bg, key(e, "long"), tagged), begin(t, other, bg, key(other, "short"), tagged)
		commit := func(r *Render, life time.Duration) {
			if _, why := r.Commit(Product{Parts: [][]byte{[]byte("x")}, Life: Life{Fresh: life}}); why != "" {
				t.Fatal(why)
			}
		}
		commit(short, 2*days)
		commit(long, 30*days)
		time.Sleep(30*days - time.Second)
		want(t, e, key(e, "long"), "x")
	})
}
