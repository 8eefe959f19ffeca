package catalog

// A shelf is all it takes to invent the products of one category: every good
// comes with every twist, so 18 goods and 12 twists make 216 products.
type shelf struct {
	slug   string
	name   Text
	blurb  Text
	vessel string // the shape of the picture, see the web package
	cheap  int    // the price range in cents
	dear   int
	packs  []string
	goods  []good
	twists []Text
	crafts []Text // sentences that hold {maker} and {place}
	serves []Text
}

// A good is what a product is made of, with the colour it shows on its picture.
type good struct {
	name   Text
	colour string
}

// shelves lists the categories in the order in which the shop shows them.
var shelves = []shelf{jams, teas, cheeses, spices, honeys, oils, chocolates, coffees, pickles, biscuits}

// A maker's name needs no article in either language, so that it fits into
// any sentence.
type maker struct {
	name  string
	place Text
}

var makers = []maker{
	{"Hof Lindenau", Text{"in the Allgäu", "im Allgäu"}},
	{"Weber & Töchter", Text{"in Franconia", "in Franken"}},
	{"Familie Amrein", Text{"in the Emmental", "im Emmental"}},
	{"Bruno Castelli", Text{"in Liguria", "in Ligurien"}},
	{"Almeida & Filhos", Text{"in the Douro Valley", "im Douro-Tal"}},
	{"Hilda Nyström", Text{"in Småland", "in Småland"}},
	{"Maison Perrault", Text{"in Burgundy", "im Burgund"}},
	{"Lucía Montes", Text{"in Andalusia", "in Andalusien"}},
	{"Kontor Nordwind", Text{"on Rügen", "auf Rügen"}},
	{"Marta Kowalska", Text{"in Masuria", "in Masuren"}},
	{"O’Dwyer Brothers", Text{"in County Cork", "im County Cork"}},
	{"Hannah Reeve", Text{"in Somerset", "in Somerset"}},
	{"Gut Eichenbrook", Text{"in Holstein", "in Holstein"}},
	{"Geschwister Moser", Text{"in South Tyrol", "in Südtirol"}},
}
