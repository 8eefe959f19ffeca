package web

import (
	"fmt"

	"github.com/larder-go/larder/examples/shop/catalog"
)

// picture says how a product is drawn: the shape it comes in, the colour of
// its contents with a darker and a lighter one beside it, and the paper and
// motif of its label.
type picture struct {
	Vessel string
	Colour string
	Shade  string
	Tint   string
	Accent string
	Motif  int
}

var accents = []string{"#2f5d50", "#b5533c", "#2e4a6b", "#8a5a83", "#b8811f", "#4d6b3c", "#7a3f48"}

const motifs = 5

// pictureOf draws every product in its own way, and the same one always.
func pictureOf(p catalog.Product) picture {
	return picture{
		Vessel: p.Category.Vessel,
		Colour: p.Colour,
		Shade:  mix(p.Colour, 0x00, 0.35),
		Tint:   mix(p.Colour, 0xff, 0.45),
		Accent: accents[p.ID%int64(len(accents))],
		Motif:  int(p.ID/int64(len(accents))) % motifs,
	}
}

// shelfColours belong to the categories in the order of the shop.
var shelfColours = []string{
	"#c8313a", "#5f8a3a", "#e9c46a", "#c4401f", "#e6b94a", "#a3a02f", "#6b4030", "#b9673b", "#7f9a3d", "#e2b567",
}

// pictureOfShelf draws something typical of a category.
func pictureOfShelf(c catalog.Category) picture {
	colour := shelfColours[(c.ID-1)%int64(len(shelfColours))]
	return pictureOf(catalog.Product{ID: 9 * c.ID, Category: c, Colour: colour})
}

// mix moves a colour #rrggbb towards black (0x00) or white (0xff).
func mix(colour string, towards, share float64) string {
	var r, g, b int
	if _, err := fmt.Sscanf(colour, "#%02x%02x%02x", &r, &g, &b); err != nil {
		return colour
	}
	blend := func(part int) int { return int(float64(part)*(1-share) + towards*share) }
	return fmt.Sprintf("#%02x%02x%02x", blend(r), blend(g), blend(b))
}
