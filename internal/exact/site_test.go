package exact_test

import (
	"context"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
	"github.com/larder-go/larder/fragment"
	"github.com/larder-go/larder/store"
	_ "github.com/larder-go/larder/store/redisstore"
)

// quiet is for tests in which servers die on purpose.
var quiet = larder.WithLogger(slog.New(slog.DiscardHandler))

// A site shows the rows in every way there is, through one cache.
type site struct {
	db      *database
	cache   *larder.Cache
	views   *fragment.Template
	handler http.Handler
}

const host = "site.test"

func newSite(db *database, c *larder.Cache) *site {
	s := &site{db: db, cache: c}
	set := template.Must(template.New("page").Funcs(fragment.Funcs()).Parse(
		`<p>{{range .Rows}}{{cache "1h" "row" .}}{{$.Row . ctx}}{{endcache}}{{end}}</p>`))
	s.views = fragment.Must(fragment.New(c, set))
	s.handler = s.routes()
	return s
}

func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	route := func(pattern string, h http.HandlerFunc, opts ...cachepage.Option) {
		mux.Handle("GET "+pattern, s.cache.CachePage(time.Hour, opts...)(h))
	}
	route("/known/{row}", s.plainly, cachepage.Tags("row:{row}"))
	route("/late/{row}", s.late)
	route("/stale/{row}", s.late, cachepage.StaleWhileRevalidate(time.Hour))
	route("/nested/{row}", s.nested)

	route("/plain/{row}", s.plainly)
	route("/vary/{row}", s.varying)
	route("/ignore/{row}", s.plainly, cachepage.IgnoreQuery("utm_*"))
	route("/only/{row}", s.plainly, cachepage.OnlyQuery("p"))
	route("/prefix/{row}", s.plainly, cachepage.Prefix("shop"))
	return mux
}

// urls are the pages that show a row which has a URL, as somebody may write
// them: with parameters that the route leaves out of the key.
func urls(i int) []string {
	n := strconv.Itoa(rand.IntN(5))
	return []string{
		fmt.Sprintf("http://%s/plain/%d", host, i),
		fmt.Sprintf("http://%s/vary/%d?p=1", host, i),
		fmt.Sprintf("http://%s/ignore/%d?utm_source=%s&p=1", host, i, n),
		fmt.Sprintf("http://%s/only/%d?p=1&q=%s", host, i, n),
		fmt.Sprintf("http://%s/prefix/%d?p=1", host, i),
	}
}

func rowOf(r *http.Request) int {
	i, _ := strconv.Atoi(r.PathValue("row"))
	return i
}

func tagOf(i int) string { return "row:" + strconv.Itoa(i) }

// lateTags are further tags of a row. A page that names one of them at random
// is likely to name one that nobody could foresee when its render began.
func lateTags(i int) []string {
	return []string{tagOf(i) + ".a", tagOf(i) + ".b", tagOf(i) + ".c"}
}

// tagsOf are all tags by which a row is invalidated.
func tagsOf(rows ...int) (tags []string) {
	for _, i := range rows {
		tags = append(append(tags, tagOf(i)), lateTags(i)...)
	}
	return tags
}

// plainly shows a row and says nothing of what it depends on.
func (s *site) plainly(w http.ResponseWriter, r *http.Request) {
	text := s.db.show(r.Context(), rowOf(r))
	dawdle()
	_, _ = io.WriteString(w, text)
}

// late names the tag of what it shows when it has seen it.
func (s *site) late(w http.ResponseWriter, r *http.Request) {
	text := s.db.show(r.Context(), rowOf(r))
	dawdle()
	tags := lateTags(rowOf(r))
	larder.Tag(r.Context(), tags[rand.IntN(len(tags))])
	dawdle()
	_, _ = io.WriteString(w, text)
}

// varying lets the cache learn what its pages vary on.
func (s *site) varying(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept-Language")
	s.plainly(w, r)
}

// nested shows a row and the next one: values in fragments in a page.
func (s *site) nested(w http.ResponseWriter, r *http.Request) {
	if err := s.execute(r.Context(), w, rowOf(r), next(rowOf(r))); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func next(i int) int { return firstTag + (i-firstTag+1)%tagged }

func (s *site) execute(ctx context.Context, w io.Writer, rows ...int) error {
	return s.views.Execute(ctx, w, view{s, rows})
}

// view is the data of a template.
type view struct {
	site *site
	Rows []int
}

// Row is called in the fragment of a row.
func (v view) Row(i int, ctx context.Context) (string, error) { return v.site.value(ctx, i) }

// value is what a row shows, as a value with its tag. That the store failed is
// no reason to do without it.
func (s *site) value(ctx context.Context, i int) (string, error) {
	v, err := larder.GetOrSet(ctx, s.cache, tagOf(i), time.Hour, func(ctx context.Context) (string, error) {
		text := s.db.show(ctx, i)
		dawdle()
		return text, nil
	}, larder.Tags(tagOf(i)))
	if v != "" {
		return v, nil
	}
	return v, err
}

// dawdle takes some of the time in which something may happen.
func dawdle() {
	if n := rand.IntN(4); n > 0 {
		time.Sleep(time.Duration(n*n) * 100 * time.Microsecond)
	}
}

// store is the store under a site's cache.
func (s *site) store() store.Store { return s.cache.Engine().Store() }
