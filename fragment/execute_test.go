package fragment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/observe"
	"github.com/larder-go/larder/store"
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

func TestHitSparesTheBody(t *testing.T) {
	a := newApp(t, `{{.}} {{cache 60 "n"}}{{count}}{{endcache}}`)
	a.want(t, "a", "a 1")
	a.want(t, "b", "b 1")
	if got, want := a.outcomes(), []string{"miss n absent", "hit n"}; !slices.Equal(got, want) {
		t.Errorf("outcomes %q, want %q", got, want)
	}
}

// TestEmptyBlockIsAHit: nothing is something that can be kept.
func TestEmptyBlockIsAHit(t *testing.T) {
	a := newApp(t, `{{cache 60 "n"}}{{if count}}{{end}}{{endcache}}.`)
	a.want(t, nil, ".")
	a.want(t, nil, ".")
	if a.calls != 1 {
		t.Errorf("the body ran %d times, want once", a.calls)
	}
}

func TestVaryValues(t *testing.T) {
	a := newApp(t, `{{cache 60 "n" .}}{{count}}{{endcache}}`)
	for i, v := range []any{1, "1", 2, nil, "nil", "", []string{"a", "b"}, []string{"ab"}, []string{"a:b"}, true, 1.0, color(0)} {
		want := fmt.Sprint(i + 1)
		if v == color(0) {
			want = "13" // an integer like any other
			a.want(t, 0, "12")
			a.want(t, v, "12")
			continue
		}
		a.want(t, v, want)
		a.want(t, v, want)
	}
	a.want(t, int64(1), "1")
	a.want(t, uint8(1), "1")
}

func TestOrderOfVaryValuesCounts(t *testing.T) {
	a := newApp(t, `{{cache 60 "n" .a .b}}{{count}}{{endcache}}`)
	a.want(t, map[string]string{"a": "x", "b": "y"}, "1")
	a.want(t, map[string]string{"a": "y", "b": "x"}, "2")
	a.want(t, map[string]string{"a": "x", "b": "y"}, "1")
}

func TestTimeToLive(t *testing.T) {
	for ttl, lives := range map[string]time.Duration{`60`: time.Minute, `"90s"`: 90 * time.Second, `1.5`: 1500 * time.Millisecond, `nil`: 1000 * time.Hour} {
		t.Run(ttl, func(t *testing.T) {
			var mu sync.Mutex
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
			a := newApp(t, `{{cache `+ttl+` "n"}}{{count}}{{endcache}}`, larder.WithClock(clock))
			a.want(t, nil, "1")
			now = now.Add(lives - time.Millisecond)
			a.want(t, nil, "1")
			if ttl == "nil" {
				return
			}
			now = now.Add(time.Millisecond)
			a.want(t, nil, "2")
		})
	}
}

func TestTimeToLiveZeroKeepsNothing(t *testing.T) {
	a := newApp(t, `{{cache .ttl "n"}}{{count}}{{endcache}}`)
	for i, ttl := range []any{0, "0s", -5, time.Duration(-1)} {
		a.want(t, map[string]any{"ttl": ttl}, fmt.Sprint(i+1))
	}
	if got := a.outcomes(); got[0] != "bypass n no-ttl" {
		t.Errorf("outcomes %q", got)
	}
}

// TestWrongAtRunTime: the block is rendered without the cache, logged once and
// counted each time.
func TestWrongAtRunTime(t *testing.T) {
	for _, c := range []struct {
		name, text string
		data       any
		log        string
	}{
		{"TTL", `{{cache .x "n"}}{{count}}{{endcache}}`, map[string]any{"x": "soon"}, "root:1:2: fragment: not a TTL: argument 1 is a string"},
		{"TTL of a type", `{{cache .x "n"}}{{count}}{{endcache}}`, map[string]any{"x": []int{1}}, "argument 1 is a []int"},
		{"vary value", `{{cache 60 "n" 1 .x}}{{count}}{{endcache}}`, map[string]any{"x": map[string]int{}}, "not a vary value: argument 2 is a map[string]int"},
		{"tag", `{{cache 60 "n" (tags "a" .x)}}{{count}}{{endcache}}`, map[string]any{"x": 5}, "not a tag"},
		{"alias", `{{cache 60 "n" (using .x)}}{{count}}{{endcache}}`, map[string]any{"x": "nope"}, `no cache \"nope\"`},
		{"alias of a type", `{{cache 60 "n" (using .x)}}{{count}}{{endcache}}`, map[string]any{"x": 5}, "not an alias"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newApp(t, c.text)
			a.want(t, c.data, "1")
			a.want(t, c.data, "2")
			if got, want := a.outcomes(), []string{"bypass n bad-argument", "bypass n bad-argument"}; !slices.Equal(got, want) {
				t.Errorf("outcomes %q, want %q", got, want)
			}
			if log := a.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, c.log) {
				t.Errorf("logged %q, want %q once", log, c.log)
			}
		})
	}
}

func TestTagsOfABlock(t *testing.T) {
	const text = `{{cache 60 "n" (tags "catalog" (printf "product:%d" .id) .more) .id}}{{count}}{{endcache}}`
	data := map[string]any{"id": 7, "more": []string{"x", "y"}}
	for _, tag := range []string{"catalog", "product:7", "x", "y", Key("n", 7)} {
		t.Run(tag, func(t *testing.T) {
			a := newApp(t, text)
			a.want(t, data, "1")
			a.invalidate(t, "product:8", Key("n", 8), Key("m", 7))
			a.want(t, data, "1")
			a.invalidate(t, tag)
			a.want(t, data, "2")
		})
	}
}

// TestTagsClimb: what a block says reaches the blocks around it, also when it
// was a hit.
func TestTagsClimb(t *testing.T) {
	for _, tag := range []string{"in-tag", "said", Key("i")} {
		t.Run(tag, func(t *testing.T) {
			a := newApp(t, `{{cache 60 "o" .o}}{{count}}{{cache 60 "i" (tags "in-tag")}}{{tag ctx "said"}}({{count}}){{endcache}}{{endcache}}`)
			a.want(t, map[string]int{"o": 1}, "1(2)")
			a.want(t, map[string]int{"o": 2}, "3(2)") // the inner one is a hit
			a.want(t, map[string]int{"o": 1}, "1(2)")
			a.invalidate(t, tag)
			a.want(t, map[string]int{"o": 1}, "4(5)")
			a.want(t, map[string]int{"o": 2}, "6(5)")
		})
	}
}

func TestTagsOfABlockThatIsNotKeptClimb(t *testing.T) {
	a := newApp(t, `{{cache 60 "o"}}{{count}}{{cache 0 "i" (tags "in-tag")}}{{tag ctx "said"}}{{endcache}}{{endcache}}`)
	for i, tag := range []string{"in-tag", "said", Key("i"), Key("o")} {
		a.want(t, nil, fmt.Sprint(i+1))
		a.invalidate(t, tag)
	}
	a.want(t, nil, "5")
}

// TestTagsOfThePageReachOpenBlocks: a tag said through the page's own context
// goes to every block that is open, and to the page.
func TestTagsOfThePageReachOpenBlocks(t *testing.T) {
	c := newCache(t)
	a := &app{}
	a.compile(t, c, `{{cache 60 "o"}}{{call .}}{{count}}{{endcache}}`)
	page := func(ctx context.Context) (string, error) {
		var b strings.Builder
		err := a.Execute(ctx, &b, func() string { larder.Tag(ctx, "of-page"); return "" })
		return b.String(), err
	}
	get := func() string {
		t.Helper()
		s, err := larder.GetOrSet(t.Context(), c, "page", time.Minute, page)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	get()
	if got := get(); got != "1" {
		t.Errorf("second page %q, want the first one", got)
	}
	if err := c.Invalidate(t.Context(), "of-page"); err != nil {
		t.Fatal(err)
	}
	if got := get(); got != "2" {
		t.Errorf("after the invalidation %q: the block kept what the page had to forget", got)
	}
}

func TestNoStore(t *testing.T) {
	a := newApp(t, `{{cache 60 "o"}}{{count}}{{cache 60 "i"}}{{noStore ctx}}{{endcache}}{{endcache}}`)
	a.want(t, nil, "1")
	a.want(t, nil, "2")
}

func TestMaxTTL(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a := newApp(t, `{{cache "1h" "o"}}{{count}}{{cache "1h" "i"}}{{maxTTL ctx .}}{{endcache}}{{endcache}}`, larder.WithClock(func() time.Time { return now }))
	a.want(t, time.Minute, "1")
	now = now.Add(59 * time.Second)
	a.want(t, time.Minute, "1")
	now = now.Add(2 * time.Second)
	a.want(t, time.Minute, "2")
}

func TestDelete(t *testing.T) {
	a := newApp(t, `{{cache 60 "n" .}}{{count}}{{endcache}}`)
	a.want(t, 1, "1")
	a.want(t, 2, "2")
	if err := a.Delete(t.Context(), "n", 1); err != nil {
		t.Fatal(err)
	}
	a.want(t, 1, "3")
	a.want(t, 2, "2")
	if err := a.Delete(t.Context(), "never rendered", "x"); err != nil {
		t.Error(err)
	}
	if err := a.Delete(t.Context(), "n", map[int]int{}); err == nil || !strings.Contains(err.Error(), `vary value 1 of "n" is a map[int]int; allowed are text`) {
		t.Errorf("got %v, want an error that says what is allowed", err)
	}
}

func openCaches(t *testing.T, aliases ...string) larder.Caches {
	t.Helper()
	conf := map[string]larder.Config{}
	for _, a := range aliases {
		conf[a] = larder.Config{}
	}
	caches, err := larder.OpenCaches(t.Context(), conf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { caches.Close() })
	return caches
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestUsing: the alias of the block, else template_fragments, else the cache
// of the set. What was cleared tells where a block was.
func TestUsing(t *testing.T) {
	for _, c := range []struct {
		name, text string
		aliases    []string
		want       string
	}{
		{"cache of the set", `{{cache 60 "n"}}{{count}}{{endcache}}`, []string{"default", "side"}, "default"},
		{"template_fragments", `{{cache 60 "n"}}{{count}}{{endcache}}`, []string{"default", "template_fragments"}, "template_fragments"},
		{"alias", `{{cache 60 "n" (using "side")}}{{count}}{{endcache}}`, []string{"default", "side", "template_fragments"}, "side"},
		{"alias computed", `{{cache 60 "n" (using .)}}{{count}}{{endcache}}`, []string{"default", "side", "template_fragments"}, "side"},
	} {
		t.Run(c.name, func(t *testing.T) {
			caches := openCaches(t, c.aliases...)
			a := &app{}
			a.compile(t, must(caches.Get("default")), c.text)
			a.want(t, "side", "1")
			for _, alias := range c.aliases {
				if alias != c.want {
					must(caches.Get(alias)).Clear(t.Context())
				}
			}
			a.want(t, "side", "1")
			must(caches.Get(c.want)).Clear(t.Context())
			a.want(t, "side", "2")
		})
	}
}

func TestDeleteReachesAllCachesOfTheSet(t *testing.T) {
	caches := openCaches(t, "default", "side", "template_fragments")
	a := &app{}
	a.compile(t, must(caches.Get("default")), `{{cache 60 "n"}}{{count}}{{endcache}} {{cache 60 "n" (using "side")}}{{count}}{{endcache}}`)
	a.want(t, nil, "1 2")
	if err := a.Delete(t.Context(), "n"); err != nil {
		t.Fatal(err)
	}
	a.want(t, nil, "3 4")
}

// TestDefaultCache: without a cache it is larder.Default() at the moment.
func TestDefaultCache(t *testing.T) {
	before := larder.Default()
	t.Cleanup(func() { larder.SetDefault(before) })
	a := &app{}
	a.compile(t, nil, `{{cache 60 "TestDefaultCache"}}{{count}}{{endcache}}`)
	one, two := newCache(t), newCache(t)
	larder.SetDefault(one)
	a.want(t, nil, "1")
	larder.SetDefault(two)
	a.want(t, nil, "2")
	larder.SetDefault(one)
	a.want(t, nil, "1")
}

// TestFailureStoresNothing: by an error, in the block or in one inside it, by a
// panic, or by the page's writer.
func TestFailureStoresNothing(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"function", `{{cache 60 "n"}}{{count}}{{failIf .}}{{endcache}}`},
		{"inside another", `{{cache 60 "n"}}{{count}}{{cache 60 "i"}}{{failIf .}}{{endcache}}{{endcache}}`},
		{"in a template", `{{cache 60 "n"}}{{count}}{{template "t" .}}{{endcache}}{{define "t"}}{{failIf .}}{{end}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newApp(t, c.text)
			var b strings.Builder
			if err := a.Execute(t.Context(), &b, true); !errors.Is(err, errOops) {
				t.Fatalf("got %v, want oops", err)
			}
			if b.String() != "1" {
				t.Errorf("wrote %q before the error, want 1", b.String())
			}
			a.want(t, false, "2ok")
			a.want(t, true, "2ok")
		})
	}
}

// bomb panics in a way that html/template does not turn into an error.
type bomb struct{}

func (bomb) Error() string { return "boom" }

type panicky struct{ armed bool }

func (p panicky) Write(b []byte) (int, error) {
	if p.armed && string(b) == "x" {
		panic(bomb{})
	}
	return len(b), nil
}

func TestPanicReleasesTheBlock(t *testing.T) {
	a := newApp(t, `{{cache 60 "n"}}{{count}}x{{endcache}}`)
	func() {
		defer func() {
			if recover() != (bomb{}) {
				t.Error("the panic did not arrive")
			}
		}()
		a.Execute(t.Context(), panicky{true}, nil)
	}()
	a.want(t, nil, "2x")
	a.want(t, nil, "2x")
}

// limited takes n bytes and fails.
type limited struct {
	n int
	b bytes.Buffer
}

var errFull = errors.New("full")

func (l *limited) Write(p []byte) (int, error) {
	if room := l.n - l.b.Len(); room < len(p) {
		l.b.Write(p[:room])
		return room, errFull
	}
	return l.b.Write(p)
}

// TestWriterFails: wherever the writer fails, its error comes back as it is and
// nothing of an unfinished block is kept.
func TestWriterFails(t *testing.T) {
	const text = `a{{cache 60 "o"}}b{{.}}{{cache 60 "i"}}c{{endcache}}d{{endcache}}e`
	const page = "abxcde"
	for n := range len(page) {
		a := newApp(t, text)
		for _, round := range []string{"miss", "hit"} {
			w := &limited{n: n}
			err := a.Execute(t.Context(), w, "x")
			if err != errFull {
				t.Errorf("%s, after %d bytes: got %v, want the writer's error", round, n, err)
			}
			if got := w.b.String(); got != page[:n] {
				t.Errorf("%s, after %d bytes: wrote %q, want %q", round, n, got, page[:n])
			}
			if round == "miss" {
				a.want(t, "x", page)
			}
		}
	}
}

// TestOneRender: a hundred ask for a cold block at once, one renders it.
func TestOneRender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t, `{{cache 60 "n"}}{{count}}{{call .}}{{endcache}}`)
		slow := func() string { time.Sleep(time.Second); return "!" }
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if got := a.render(t, slow); got != "1!" {
					t.Errorf("got %q", got)
				}
			})
		}
		wg.Wait()
		a.cache.Close()
	})
}

// TestBlocksDoNotWaitInACircle: two pages hold the same two blocks, one inside
// the other, the other way round.
func TestBlocksDoNotWaitInACircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t, `{{define "ab"}}{{template "a" .}}{{end}}{{define "ba"}}{{template "b" .}}{{end}}`+
			`{{define "a"}}{{cache 60 "a"}}a{{call .sleep}}{{if lt (call .deeper) 3}}{{template "b" .}}{{end}}{{endcache}}{{end}}`+
			`{{define "b"}}{{cache 60 "b"}}b{{call .sleep}}{{if lt (call .deeper) 3}}{{template "a" .}}{{end}}{{endcache}}{{end}}`)
		var wg sync.WaitGroup
		start := time.Now()
		for _, page := range []string{"ab", "ba"} {
			wg.Go(func() {
				depth := 0
				data := map[string]any{
					"sleep":  func() string { time.Sleep(time.Second); return "" },
					"deeper": func() int { depth++; return depth },
				}
				if err := a.ExecuteTemplate(t.Context(), io.Discard, page, data); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if d := time.Since(start); d > 9*time.Second {
			t.Errorf("took %v: somebody waited in vain", d)
		}
		a.cache.Close()
	})
}

// TestBlockInItself: the same key inside itself is rendered, not waited for.
func TestBlockInItself(t *testing.T) {
	a := newApp(t, `{{define "root"}}{{cache 60 "n"}}{{count}}{{if .}}{{template "root" (slice . 1)}}{{end}}{{endcache}}{{end}}`)
	a.want(t, "xx", "123")
}

func TestConcurrentExecutions(t *testing.T) {
	a := newApp(t, `{{range .}}{{cache 60 "n" .}}[{{.}}{{cache 60 "i" .}}{{who ctx}}{{endcache}}]{{endcache}}{{end}}`)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				n := (g + i) % 7
				want := fmt.Sprintf("[%d&lt;me&gt;][%d&lt;me&gt;]", n, n+1)
				if got := a.renderIn(t, testContext(), []int{n, n + 1}); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wg.Wait()
}

// broken is a store that cannot be reached.
type broken struct{}

func (broken) Get(context.Context, string) ([]byte, bool, error)        { return nil, false, errOops }
func (broken) Set(context.Context, string, []byte, time.Duration) error { return errOops }
func (broken) Delete(context.Context, string) (bool, error)             { return false, errOops }

func TestStoreIsDown(t *testing.T) {
	a := &app{}
	c := larder.New(broken{}, larder.WithLogger(slog.New(slog.DiscardHandler)))
	defer c.Close()
	a.compile(t, c, `a{{cache 60 "n"}}{{count}}{{endcache}}b`)
	a.want(t, nil, "a1b")
	a.want(t, nil, "a2b")
}

func TestCacheIsClosed(t *testing.T) {
	a := newApp(t, `a{{cache 60 "n"}}{{count}}{{endcache}}b`)
	a.want(t, nil, "a1b")
	a.cache.Close()
	a.want(t, nil, "a2b")
}

func TestSharedStore(t *testing.T) {
	s := must(store.Open(t.Context(), "memory://"))
	one, two := &app{}, &app{}
	for _, a := range []*app{one, two} {
		c := larder.New(s)
		defer c.Close()
		a.compile(t, c, `{{cache 60 "n"}}{{count}}{{endcache}}`)
		a.cache = c
	}
	one.want(t, nil, "1")
	two.calls = 10
	two.want(t, nil, "1")
	two.invalidate(t, Key("n"))
	one.want(t, nil, "2")
	two.want(t, nil, "2")
}

// TestReload: an edited template shows at once, a block that was not edited is
// still a hit.
func TestReload(t *testing.T) {
	a := &app{}
	fsys := fstest.MapFS{}
	edit := func(name, text string) { fsys[name] = &fstest.MapFile{Data: []byte(text)} }
	edit("page.html", `{{template "head.html" .}}{{cache 60 "n"}}{{count}}{{template "row.html" .}}{{endcache}}`)
	edit("head.html", "one ")
	edit("row.html", "row")
	a.Template = Reload(newCache(t), func() (*template.Template, error) {
		return a.parse("").ParseFS(fsys, "page.html", "head.html", "row.html")
	})
	want := func(want string) {
		t.Helper()
		var b strings.Builder
		if err := a.ExecuteTemplate(t.Context(), &b, "page.html", nil); err != nil || b.String() != want {
			t.Errorf("got %q, %v, want %q", b.String(), err, want)
		}
	}
	want("one 1row")
	edit("head.html", "two ")
	want("two 1row")
	edit("row.html", "line")
	want("two 2line")
	if err := a.Delete(t.Context(), "n"); err != nil {
		t.Fatal(err)
	}
	want("two 3line")

	edit("row.html", "{{endcache}}")
	for range 2 {
		err := a.ExecuteTemplate(t.Context(), io.Discard, "page.html", nil)
		if e := (*Error)(nil); !errors.As(err, &e) || e.Template != "row.html" {
			t.Errorf("got %v, want the mistake in row.html", err)
		}
	}
	edit("row.html", "{{")
	if err := a.ExecuteTemplate(t.Context(), io.Discard, "page.html", nil); err == nil {
		t.Error("a file that does not parse: want an error")
	}
	if err := a.Execute(t.Context(), io.Discard, nil); err == nil {
		t.Error("a file that does not parse: want an error")
	}
	if err := a.Delete(t.Context(), "n"); err == nil {
		t.Error("a file that does not parse: want an error")
	}
}

func TestParseFS(t *testing.T) {
	fsys := fstest.MapFS{
		"a.html": {Data: []byte(`<p>{{template "b.html" .}}</p>`)},
		"b.html": {Data: []byte(`{{cache 60 "n" .}}<b>{{.}}</b>{{endcache}}`)},
	}
	set, err := ParseFS(newCache(t), fsys, "a.html", "b.html")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		var b strings.Builder
		if err := set.ExecuteTemplate(t.Context(), &b, "a.html", "<x>"); err != nil || b.String() != "<p><b>&lt;x&gt;</b></p>" {
			t.Errorf("got %q, %v", b.String(), err)
		}
	}
}

// TestNoSuchTemplate: the errors are those of html/template.
func TestNoSuchTemplate(t *testing.T) {
	parse := func(funcs template.FuncMap) *template.Template {
		return template.Must(template.New("root").Funcs(funcs).Parse(`{{define "a"}}{{cache 60 "n"}}{{endcache}}{{end}}`))
	}
	plain := template.Must(template.New("root").Parse(`{{define "a"}}{{end}}`))
	set, err := New(newCache(t), parse(Funcs()))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"nope", "root"} {
		want := plain.ExecuteTemplate(io.Discard, name, nil)
		if got := set.ExecuteTemplate(t.Context(), io.Discard, name, nil); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q: got %v, want %v", name, got, want)
		}
	}
	if want, got := plain.Execute(io.Discard, nil), set.Execute(t.Context(), io.Discard, nil); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("Execute: got %v, want %v", got, want)
	}
	unparsed := template.New("root").Funcs(Funcs())
	set, err = New(newCache(t), unparsed)
	if err != nil {
		t.Fatal(err)
	}
	if want, got := template.New("root").Execute(io.Discard, nil), set.Execute(t.Context(), io.Discard, nil); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("unparsed: got %v, want %v", got, want)
	}
}
