package fragment

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	texttemplate "text/template"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/observe"
)

// item and shop are the data of the tricky templates.
type item struct {
	ID    int
	Name  string
	Price float64
	Tags  []string
	Next  *item
}

func (i *item) Shout() string            { return strings.ToUpper(i.Name) }
func (i item) Label(p string) string     { return p + i.Name }
func (i item) Plus(a, b int) int         { return i.ID + a + b }
func (i *item) Rename(s string) *item    { return &item{ID: i.ID, Name: s} }
func (i item) Fail() (string, error)     { return "", errOops }
func (i item) Func() func(string) string { return func(s string) string { return s + i.Name } }

type color int

func (c color) String() string { return [...]string{"<red>", "green"}[c] }

type shop struct {
	Title  string
	Items  []item
	Ptrs   []*item
	Array  [2]item
	M      map[string]any
	Names  map[string]string
	Empty  []item
	Nil    *item
	Any    any
	NilAny any
	HTML   template.HTML
	JS     template.JS
	URL    string
	Yes    bool
	N      int
	Color  color
	Func   func(int) int
	Seq    func(func(int) bool)
	//lint:ignore U1000 an execution looks for it
	private int
}

func (s shop) Greet(who string) string { return "hello <" + who + ">" }
func (s *shop) First() *item           { return s.Ptrs[0] }

var errOops = errors.New("oops")

func newShop() *shop {
	a, b := item{1, "tea & <milk>", 2.5, []string{"hot", "<b>"}, nil}, item{2, "o'coffee", 3, nil, nil}
	b.Next = &a
	return &shop{
		Title: `A "shop" <here>`, Items: []item{a, b}, Ptrs: []*item{&a, &b}, Array: [2]item{a, b},
		M: map[string]any{"k": "<v>", "n": nil, "m": map[string]int{"x": 1}}, Names: map[string]string{"a": "<1>", "b": "2"},
		Any: item{7, "any", 1, nil, nil}, HTML: "<i>raw</i>", JS: "f(1)", URL: "javascript:alert(1)", Yes: true, N: 3, Color: 0,
		Func: func(i int) int { return i * 2 },
		Seq:  func(yield func(int) bool) { _ = yield(4) && yield(5) },
	}
}

// testFuncs are functions that an app might have.
var testFuncs = template.FuncMap{
	"upper":  strings.ToUpper,
	"add":    func(a, b int) int { return a + b },
	"fail":   func() (string, error) { return "", errOops },
	"failIf": func(b bool) (string, error) { return "ok", map[bool]error{true: errOops}[b] },
	"raw":    func(s string) template.HTML { return template.HTML(s) },
	"list":   func(a ...any) []any { return a },
	"dict":   func(k string, v any) map[string]any { return map[string]any{k: v} },
	"who":    func(ctx context.Context) string { return fmt.Sprint(ctx.Value(whoKey{})) },
	"null":   func() any { return nil },
}

type whoKey struct{}

type example struct {
	name   string
	text   string // templates; the one executed is "page", or else the text itself
	data   any    // nil: a shop
	none   bool   // nil data
	option string
	left   string // delimiters
	right  string
}

func (x example) input() any {
	if x.none {
		return nil
	}
	if x.data != nil {
		return x.data
	}
	return newShop()
}

func (x example) parse(text string, funcs template.FuncMap) (*template.Template, error) {
	t := template.New("root").Delims(x.left, x.right).Funcs(testFuncs).Funcs(funcs)
	if x.option != "" {
		t.Option(x.option)
	}
	return t.Parse(text)
}

// page is the name of the template that is executed.
func (x example) page() string {
	if strings.Contains(x.text, `define "page"`) {
		return "page"
	}
	return "root"
}

var tagPattern = regexp.MustCompile(`(\{\{|\[\[)(- )?\s*(?:cache|endcache)\b((?:"[^"]*"|[^"}\]])*?)( -)?(\}\}|\]\])`)

// withoutTags puts a comment in the place of each tag: it prints nothing and
// keeps the trim markers, the lines and the columns. Functions that print
// nothing would not do: in a script they print "".
func withoutTags(text string) string {
	return tagPattern.ReplaceAllStringFunc(text, func(tag string) string {
		m := tagPattern.FindStringSubmatch(tag)
		open, shut := m[1]+m[2]+"/*", "*/"+m[4]+m[5]
		fill := []byte(strings.Repeat(" ", len(tag)-len(open)-len(shut)))
		for i := range fill {
			if tag[len(open)+i] == '\n' {
				fill[i] = '\n'
			}
		}
		return open + string(fill) + shut
	})
}

type result struct {
	out, err, kind string
}

func (r result) String() string {
	return fmt.Sprintf("%s\n  error: %s\n  kind:  %s", r.out, r.err, r.kind)
}

func resultOf(b *bytes.Buffer, err error) result {
	r := result{out: b.String()}
	if err != nil {
		r.err, r.kind = err.Error(), fmt.Sprintf("%T", err)
	}
	if e := (texttemplate.ExecError{}); errors.As(err, &e) {
		r.kind += " of " + e.Name
		if errors.Is(err, errOops) {
			r.kind += " around oops"
		}
	}
	return r
}

func testContext() context.Context { return context.WithValue(context.Background(), whoKey{}, "<me>") }

// reference is what html/template makes of the example without tags.
func (x example) reference(tb testing.TB) result {
	tb.Helper()
	ctx := testContext()
	t, err := x.parse(withoutTags(x.text), template.FuncMap{"ctx": func() context.Context { return ctx }})
	if err != nil {
		tb.Fatalf("html/template does not parse it: %v", err)
	}
	var b bytes.Buffer
	err = t.ExecuteTemplate(&b, x.page(), x.input())
	return resultOf(&b, err)
}

func (x example) compile(tb testing.TB, c *larder.Cache) (*Template, error) {
	tb.Helper()
	t, err := x.parse(x.text, Funcs())
	if err != nil {
		tb.Fatalf("with tags: %v", err)
	}
	return New(c, t)
}

func (x example) run(t *Template) result {
	var b bytes.Buffer
	err := t.ExecuteTemplate(testContext(), &b, x.page(), x.input())
	return resultOf(&b, err)
}

func newCache(tb testing.TB, opts ...larder.Option) *larder.Cache {
	tb.Helper()
	c, err := larder.Open(context.Background(), "memory://", opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

// same checks that the bytes and the errors of an example are those of
// html/template, on a miss and on hits, and that the hits are some.
func (x example) same(t *testing.T) {
	t.Helper()
	x.sameOn(t, func(opts ...larder.Option) *larder.Cache { return newCache(t, opts...) })
}

func (x example) sameOn(t *testing.T, open func(opts ...larder.Option) *larder.Cache) {
	t.Helper()
	var misses atomic.Int32
	hooks := &observe.Hooks{Lookup: func(_ context.Context, l observe.Lookup) {
		if l.Outcome == observe.Miss {
			misses.Add(1)
		}
	}}
	want := x.reference(t)
	compiled, err := x.compile(t, open(larder.WithHooks(hooks), larder.WithLogger(slog.New(slog.DiscardHandler))))
	if err != nil {
		t.Fatal(err)
	}
	for _, round := range []string{"miss", "hit", "hit again"} {
		misses.Store(0)
		if got := x.run(compiled); got != want {
			t.Fatalf("%s:\n  got   %s\n  want  %s", round, got, want)
		}
		if n := misses.Load(); n > 0 && round != "miss" && want.err == "" {
			t.Errorf("%s: %d blocks were misses", round, n)
		}
	}
}

// TestTransparent: the bytes and the errors are those of html/template with the
// tags taken out, on a miss and on hits.
func TestTransparent(t *testing.T) {
	if len(examples) < 80 {
		t.Fatalf("only %d examples", len(examples))
	}
	for _, x := range examples {
		t.Run(x.name, x.same)
	}
}

// TestTransparentOnAServer: the same where blocks are read ahead.
func TestTransparentOnAServer(t *testing.T) {
	for _, x := range examples {
		t.Run(x.name, func(t *testing.T) {
			x.sameOn(t, func(opts ...larder.Option) *larder.Cache { return newServer(t).cache(t, opts...) })
		})
	}
}

// TestReferenceKeepsPlaces: a comment takes up as much room as its tag.
func TestReferenceKeepsPlaces(t *testing.T) {
	const text = "a {{- cache 1 \"x\" -}}\n{{cache\n 1 \"}}\"}}{{endcache}} b"
	const want = "a {{- /*       */ -}}\n{{/*   \n     */}}{{/*    */}} b"
	if got := withoutTags(text); got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
