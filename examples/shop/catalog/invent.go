package catalog

import (
	"math/rand/v2"
	"strings"
)

// productCount is how many different products the vocabulary can name.
func productCount() int {
	n := 0
	for _, s := range shelves {
		n += len(s.goods) * len(s.twists)
	}
	return n
}

// invent makes the first n products. They take turns over the shelves, so
// that a small catalogue has something of everything.
func invent(rnd *rand.Rand, n int) []Product {
	var products []Product
	for turn := 0; len(products) < n; turn++ {
		for i := range shelves {
			if turn >= len(shelves[i].goods)*len(shelves[i].twists) || len(products) == n {
				continue
			}
			p := shelves[i].product(rnd, turn)
			p.ID = int64(len(products) + 1)
			p.Category.ID = int64(i + 1)
			products = append(products, p)
		}
	}
	return products
}

// product makes the product whose turn it is: neighbours on a shelf differ in
// both good and twist.
func (s *shelf) product(rnd *rand.Rand, turn int) Product {
	good := s.goods[turn%len(s.goods)]
	twist := s.twists[(turn+turn/len(s.goods))%len(s.twists)]
	maker := makers[rnd.IntN(len(makers))]
	craft := pick(rnd, s.crafts).fill(maker)
	serve := pick(rnd, s.serves)
	return Product{
		Name:        Text{twisted(good.name.EN, twist.EN), twisted(good.name.DE, twist.DE)},
		Description: Text{craft.EN + " " + serve.EN, craft.DE + " " + serve.DE},
		Maker:       maker.name,
		Pack:        pick(rnd, s.packs),
		Colour:      good.colour,
		Cents:       s.cheap + rnd.IntN((s.dear-s.cheap)/10+1)*10,
	}
}

func pick[T any](rnd *rand.Rand, from []T) T { return from[rnd.IntN(len(from))] }

// twisted puts a twist behind the name of a good. One that begins with a
// comma brings its own separator.
func twisted(good, twist string) string {
	if strings.HasPrefix(twist, ",") {
		return good + twist
	}
	return good + " " + twist
}

// fill puts a maker into the sentence.
func (t Text) fill(m maker) Text {
	return Text{
		strings.NewReplacer("{maker}", m.name, "{place}", m.place.EN).Replace(t.EN),
		strings.NewReplacer("{maker}", m.name, "{place}", m.place.DE).Replace(t.DE),
	}
}
