package web

import (
	"bytes"
	"context"
	"net/http"
	"strconv"

	"github.com/larder-go/larder/examples/shop/catalog"
)

const (
	productsPerPage = 24
	neighbours      = 4
)

// layout is what the head and the foot of every page show.
type layout struct {
	Topic   string // the key of its title
	Title   string // instead of that of the topic
	Lang    lang
	Visitor *visitor // nil: nobody signed in
	Shelves []shelfView
}

// Say returns the words for a key in the page's language.
func (l layout) Say(key string, args ...any) (string, error) { return l.Lang.say(key, args...) }

// layout begins a page. One that shows a visitor must not be kept by anybody.
func (s *shop) layout(w http.ResponseWriter, r *http.Request, topic string) layout {
	l := layout{Topic: topic, Lang: languageOf(w, r), Visitor: s.sessions.visitor(w, r)}
	if l.Visitor != nil {
		w.Header().Set("Cache-Control", "private, no-cache")
	}
	for _, c := range s.categories {
		l.Shelves = append(l.Shelves, viewShelf(c, l.Lang))
	}
	return l
}

// open marks a category in the navigation and returns its view.
func (l layout) open(category int64) shelfView {
	for i := range l.Shelves {
		if l.Shelves[i].ID == category {
			l.Shelves[i].Current = true
			return l.Shelves[i]
		}
	}
	return shelfView{}
}

type frontPage struct {
	layout
	catalog Catalog
}

// TopSellers runs the slow report. The template calls it inside its cached
// block, with the block's own context.
func (p frontPage) TopSellers(ctx context.Context) ([]sellerView, error) {
	sellers, err := p.catalog.TopSellers(ctx)
	return views(sellers, p.Lang, viewSeller), err
}

func (s *shop) front(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, "front", frontPage{s.layout(w, r, "slogan"), s.catalog})
}

type categoryPage struct {
	layout
	Shelf    shelfView
	Products []productView
	Pages    []pageLink
}

func (s *shop) category(w http.ResponseWriter, r *http.Request) error {
	category, err := s.catalog.Category(r.Context(), r.PathValue("slug"))
	if err != nil {
		return err
	}
	number, err := pageNumber(r)
	if err != nil {
		return err
	}
	products, total, err := s.catalog.Products(r.Context(), category.ID, productsPerPage, (number-1)*productsPerPage)
	if err != nil {
		return err
	}
	if len(products) == 0 {
		return catalog.ErrNotFound
	}
	p := categoryPage{layout: s.layout(w, r, "categories")}
	p.Shelf = p.open(category.ID)
	p.Title = p.Shelf.Name
	p.Products = views(products, p.Lang, viewProduct)
	p.Pages = pageLinks(p.Shelf.URL, number, (total+productsPerPage-1)/productsPerPage)
	return s.render(w, r, http.StatusOK, "category", p)
}

// pageNumber reads ?page=, which may be missing on the first page.
func pageNumber(r *http.Request) (int, error) {
	text := r.URL.Query().Get("page")
	if text == "" {
		return 1, nil
	}
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil || number == 0 {
		return 0, catalog.ErrNotFound
	}
	return int(number), nil
}

type productPage struct {
	layout
	Shelf      shelfView
	Product    productView
	Sales      salesView
	Neighbours []productView
}

func (s *shop) product(w http.ResponseWriter, r *http.Request) error {
	product, err := s.productOf(r)
	if err != nil {
		return err
	}
	sales, err := s.catalog.Sales(r.Context(), product.ID)
	if err != nil {
		return err
	}
	others, err := s.catalog.Neighbours(r.Context(), product, neighbours)
	if err != nil {
		return err
	}
	p := productPage{layout: s.layout(w, r, "buy")}
	p.Shelf = p.open(product.Category.ID)
	p.Product = viewProduct(product, p.Lang)
	p.Title = p.Product.Name
	p.Sales = viewSales(sales, p.Lang)
	p.Neighbours = views(others, p.Lang, viewProduct)
	return s.render(w, r, http.StatusOK, "product", p)
}

// productOf reads the product that the URL names.
func (s *shop) productOf(r *http.Request) (catalog.Product, error) {
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return catalog.Product{}, catalog.ErrNotFound
	}
	return s.catalog.Product(r.Context(), id)
}

// message shows a page that says one thing.
func (s *shop) message(w http.ResponseWriter, r *http.Request, status int, topic string) {
	if err := s.render(w, r, status, "message", s.layout(w, r, topic)); err != nil {
		http.Error(w, http.StatusText(status), status)
	}
}

// render sends a page once it is complete: one that fails half-way is never
// seen, and never kept.
func (s *shop) render(w http.ResponseWriter, r *http.Request, status int, name string, data any) error {
	var page bytes.Buffer
	if err := s.templates.ExecuteTemplate(r.Context(), &page, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if _, err := page.WriteTo(w); err != nil {
		s.log.DebugContext(r.Context(), "visitor left", "path", r.URL.Path, "error", err)
	}
	return nil
}
