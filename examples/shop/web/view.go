package web

import (
	"fmt"
	"slices"
	"strings"

	"github.com/larder-go/larder/examples/shop/catalog"
)

// Views are what templates print: words and figures in one language.

type shelfView struct {
	ID      int64
	URL     string
	Name    string
	Blurb   string
	Current bool
	Picture picture
}

type productView struct {
	ID          int64
	URL         string
	Name        string
	Description string
	Maker       string
	Price       string
	Pack        string
	Picture     picture
}

type sellerView struct {
	Place   int
	Product productView
	Sales   salesView
}

type salesView struct {
	Units   string
	Revenue string
	Line    string // the points of a curve, 120 by 32
	Bars    []bar  // 130 by 40
}

type bar struct{ X, Y, Height int }

type pageLink struct {
	URL     string
	Number  int
	Current bool
}

// views makes a view of each element of a list.
func views[T, V any](list []T, l lang, view func(T, lang) V) []V {
	all := make([]V, len(list))
	for i, one := range list {
		all[i] = view(one, l)
	}
	return all
}

func viewShelf(c catalog.Category, l lang) shelfView {
	return shelfView{
		ID:      c.ID,
		URL:     "/category/" + c.Slug,
		Name:    l.name(c.Name),
		Blurb:   l.pick(c.Blurb),
		Picture: pictureOfShelf(c),
	}
}

func viewProduct(p catalog.Product, l lang) productView {
	return productView{
		ID:          p.ID,
		URL:         fmt.Sprintf("/product/%d", p.ID),
		Name:        l.name(p.Name),
		Description: l.pick(p.Description),
		Maker:       p.Maker,
		Price:       l.price(p.Cents),
		Pack:        p.Pack,
		Picture:     pictureOf(p),
	}
}

func viewSeller(s catalog.Seller, l lang) sellerView {
	return sellerView{s.Place, viewProduct(s.Product, l), viewSales(s.Sales, l)}
}

func viewSales(s catalog.Sales, l lang) salesView {
	return salesView{
		Units:   l.number(s.Units),
		Revenue: l.euros(s.Cents),
		Line:    line(s.Weekly[:], 120, 32),
		Bars:    bars(s.Weekly[:], 10, 40),
	}
}

// line draws a curve through the figures. The highest one touches the top.
func line(figures []int, width, height float64) string {
	most := float64(max(1, slices.Max(figures)))
	points := make([]string, len(figures))
	for i, figure := range figures {
		x := width * float64(i) / float64(len(figures)-1)
		y := height * (1 - float64(figure)/most)
		points[i] = fmt.Sprintf("%.1f,%.1f", x, y)
	}
	return strings.Join(points, " ")
}

// bars draws a bar for each figure, the first pixel of it even for nothing.
func bars(figures []int, step, height int) []bar {
	most := max(1, slices.Max(figures))
	drawn := make([]bar, len(figures))
	for i, figure := range figures {
		h := max(1, height*figure/most)
		drawn[i] = bar{X: i*step + 1, Y: height - h, Height: h}
	}
	return drawn
}

func pageLinks(url string, current, last int) []pageLink {
	links := []pageLink{{URL: url, Number: 1, Current: current == 1}}
	for n := 2; n <= last; n++ {
		links = append(links, pageLink{fmt.Sprintf("%s?page=%d", url, n), n, n == current})
	}
	return links
}
