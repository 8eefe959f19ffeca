package fragment

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/observe"
)

// An app is a compiled set with a function that counts its calls, and a record
// of what the cache was asked.
type app struct {
	*Template
	cache *larder.Cache
	log   bytes.Buffer

	mu    sync.Mutex
	calls int
	seen  []string // outcome, block, reason
}

func (a *app) saw(_ context.Context, l observe.Lookup) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.seen = append(a.seen, strings.TrimSpace(fmt.Sprint(l.Outcome, " ", l.Name, " ", l.Reason)))
}

// count is the function "count" of the templates: 1, 2, 3 …
func (a *app) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.calls++
	return a.calls
}

func (a *app) outcomes() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	defer func() { a.seen = nil }()
	return a.seen
}

func newApp(tb testing.TB, text string, opts ...larder.Option) *app {
	tb.Helper()
	a := &app{}
	logger := slog.New(slog.NewTextHandler(&a.log, nil))
	a.cache = newCache(tb, append([]larder.Option{larder.WithHooks(&observe.Hooks{Lookup: a.saw}), larder.WithLogger(logger)}, opts...)...)
	a.compile(tb, a.cache, text)
	return a
}

func (a *app) compile(tb testing.TB, c *larder.Cache, text string) {
	tb.Helper()
	var err error
	if a.Template, err = New(c, a.parse(text)); err != nil {
		tb.Fatal(err)
	}
}

func (a *app) parse(text string) *template.Template {
	return template.Must(template.New("root").Funcs(Funcs()).Funcs(testFuncs).Funcs(template.FuncMap{
		"count":   a.count,
		"tag":     func(ctx context.Context, tag string) string { larder.Tag(ctx, tag); return "" },
		"noStore": func(ctx context.Context) string { larder.NoStore(ctx); return "" },
		"maxTTL":  func(ctx context.Context, d time.Duration) string { larder.MaxTTL(ctx, d); return "" },
	}).Parse(text))
}

func (a *app) render(tb testing.TB, data any) string {
	tb.Helper()
	return a.renderIn(tb, tb.Context(), data)
}

func (a *app) renderIn(tb testing.TB, ctx context.Context, data any) string {
	tb.Helper()
	var b strings.Builder
	if err := a.Execute(ctx, &b, data); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// want renders and compares.
func (a *app) want(tb testing.TB, data any, want string) {
	tb.Helper()
	if got := a.render(tb, data); got != want {
		tb.Errorf("rendered %q, want %q", got, want)
	}
}

func (a *app) invalidate(tb testing.TB, tags ...string) {
	tb.Helper()
	if err := a.cache.Invalidate(tb.Context(), tags...); err != nil {
		tb.Fatal(err)
	}
}
