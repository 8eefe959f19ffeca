package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/examples/shop/catalog"
	"github.com/larder-go/larder/fragment"
)

// Catalog is what the pages read and the buy button writes. See
// [catalog.DB] for what each method does.
type Catalog interface {
	Categories(ctx context.Context) ([]catalog.Category, error)
	Category(ctx context.Context, slug string) (catalog.Category, error)
	Products(ctx context.Context, category int64, limit, offset int) ([]catalog.Product, int, error)
	Neighbours(ctx context.Context, p catalog.Product, limit int) ([]catalog.Product, error)
	Product(ctx context.Context, id int64) (catalog.Product, error)
	Sales(ctx context.Context, product int64) (catalog.Sales, error)
	TopSellers(ctx context.Context) ([]catalog.Seller, error)
	Buy(ctx context.Context, product int64, customer string) error
}

// pageTTL is how long a page may be kept. It is the time after which a change
// shows that nobody announced; what is bought shows at once.
const pageTTL = 15 * time.Minute

type shop struct {
	cache      *larder.Cache
	catalog    Catalog
	categories []catalog.Category
	templates  *fragment.Template
	sessions   *sessions
	log        *slog.Logger
}

// New returns the handler of the whole shop.
func New(ctx context.Context, cache *larder.Cache, from Catalog, log *slog.Logger) (http.Handler, error) {
	categories, err := from.Categories(ctx)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	templates, err := fragment.ParseFS(cache, templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	s := &shop{
		cache:      cache,
		catalog:    from,
		categories: categories,
		templates:  templates,
		sessions:   newSessions(),
		log:        log,
	}
	return s.routes(), nil
}

func (s *shop) routes() http.Handler {
	r := chi.NewRouter()
	r.Use(middleware.Recoverer, middleware.GetHead, protect)
	r.NotFound(s.page(func(http.ResponseWriter, *http.Request) error { return catalog.ErrNotFound }))

	r.With(s.cached(cachepage.OnlyQuery())).Get("/", s.page(s.front))
	r.With(s.cached(cachepage.OnlyQuery("page"))).Get("/category/{slug}", s.page(s.category))
	// The pattern admits one spelling of each number, so that a product has
	// one page and one tag.
	r.With(s.cached(cachepage.OnlyQuery(), cachepage.Tags("product:{id}"))).Get("/product/{id:[1-9][0-9]*}", s.page(s.product))
	r.Post("/product/{id:[1-9][0-9]*}/buy", s.page(s.buy))

	r.Group(func(r chi.Router) {
		r.Use(larder.NeverCache)
		r.Get("/sign-in", s.page(s.signInForm))
		r.Post("/sign-in", s.page(s.signIn))
		r.Post("/sign-out", s.page(s.signOut))
		r.Get("/basket", s.page(s.basket))
	})
	r.Get("/static/{file}", serveAsset)
	return r
}

// cached keeps a page for everybody. Browsers ask each time whether their
// copy is still good, so that a purchase shows on the next click.
func (s *shop) cached(opts ...cachepage.Option) func(http.Handler) http.Handler {
	return s.cache.CachePage(pageTTL, append(opts, cachepage.BrowserTTL(0), cachepage.ServerTiming())...)
}

// protect refuses forms that another site sends, and tells browsers that the
// shop loads nothing from anywhere else.
func protect(next http.Handler) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin")
		next.ServeHTTP(w, r)
	}))
}

// page turns a handler that may fail into one that shows a page instead.
func (s *shop) page(handle func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := handle(w, r)
		switch {
		case err == nil:
		case errors.Is(err, catalog.ErrNotFound):
			s.message(w, r, http.StatusNotFound, "not found")
		case errors.Is(err, errUnwantedName):
			s.message(w, r, http.StatusBadRequest, "unwanted name")
		default:
			s.log.ErrorContext(r.Context(), "page failed", "path", r.URL.Path, "error", err)
			s.message(w, r, http.StatusInternalServerError, "trouble")
		}
	}
}
