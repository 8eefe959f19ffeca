package fragment

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"reflect"
	"strings"
	"testing"
	texttemplate "text/template"
	"time"
)

// The pitfalls of compiling html/template, each as a test named after it.

// transparent runs same for each text.
func transparent(t *testing.T, xs ...example) {
	t.Helper()
	for _, x := range xs {
		name := x.name
		if name == "" {
			name = x.text
		}
		t.Run(name, x.same)
	}
}

func TestPitfall01NilAndAbsentDataStayWhatTheyAre(t *testing.T) {
	const text = `{{cache 60 "n"}}[{{.}}{{.Foo}}{{$}}{{if .}}y{{end}}]{{endcache}}`
	transparent(t,
		example{name: "nil", text: text, none: true},
		example{name: "nil pointer", text: text, data: (*struct{ Foo string })(nil)},
		example{name: "absent", text: `{{template "t"}}{{define "t"}}` + text + `{{end}}`},
		example{name: "nil interface passed on", text: `{{template "t" .NilAny}}{{define "t"}}` + text + `{{end}}`},
		example{name: "nil pointer passed on", text: `{{template "t" .Nil}}{{define "t"}}{{cache 60 "n"}}[{{.}}{{$}}]{{endcache}}{{end}}`},
	)
	set, err := example{text: text}.compile(t, newCache(t))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := set.Execute(t.Context(), &b, reflect.ValueOf("held")); err == nil || b.String() != "[held" {
		t.Errorf("a reflect.Value as data: got %q, %v, want what it holds", b.String(), err)
	}
}

func TestPitfall02ElementsKeepTheirAddress(t *testing.T) {
	transparent(t,
		example{text: `{{range .Items}}{{cache 60 "n" .ID}}{{.Shout}}{{endcache}}{{end}}`},
		example{text: `{{range $e := .Items}}{{template "t" $e}}{{end}}{{define "t"}}{{cache 60 "n" .ID}}{{.Shout}}{{$.Shout}}{{endcache}}{{end}}`},
		example{text: `{{with index .Items 0}}{{template "t" .}}{{end}}{{define "t"}}{{cache 60 "n"}}{{with .}}{{.Shout}}{{end}}{{endcache}}{{end}}`},
	)
}

func TestPitfall03NothingIsLiftedOutOfItsPlace(t *testing.T) {
	const v = `{{define "v"}}{{cache 60 "n"}}{{.N}}{{endcache}}{{end}}{{define "m"}}{{cache 60 "m"}}{{.M}}{{endcache}}{{end}}{{define "h"}}{{cache 60 "h"}}{{.HTML}}{{endcache}}{{end}}`
	transparent(t,
		example{name: "number in a script", text: `{{define "page"}}<script>x = {{template "v" .}} + 1</script>{{end}}` + v},
		example{name: "map in a script", text: `{{define "page"}}<script>x = {{template "m" .}}</script>{{end}}` + v},
		example{name: "URL", text: `{{define "page"}}<a href="/?q={{template "h" .}}">{{template "h" .}}</a>{{end}}` + v},
		example{name: "attribute", text: `{{define "page"}}<a title="{{template "h" .}}">{{template "h" .}}</a>{{end}}` + v},
	)
}

func TestPitfall04OneKeyForOnePlace(t *testing.T) {
	a := newApp(t, `{{define "root"}}<b>{{template "v" .}}</b><script>x = {{template "v" .}}</script>{{end}}{{define "v"}}{{cache 60 "n"}}{{.}}{{endcache}}{{end}}`)
	const evil = `</script><b>`
	const want = `<b>&lt;/script&gt;&lt;b&gt;</b><script>x = "\u003c/script\u003e\u003cb\u003e"</script>`
	a.want(t, evil, want)
	a.want(t, evil, want)
}

func TestPitfall05OrderOfPagesDoesNotMatter(t *testing.T) {
	const text = `{{define "text"}}{{template "v" .}}{{end}}{{define "script"}}<script>{{template "v" .}}</script>{{end}}{{define "v"}}{{cache 60 "n"}}{{.}}{{endcache}}{{end}}`
	want := map[string]string{"text": "&lt;", "script": `<script>"\u003c"</script>`}
	for _, order := range [][]string{{"text", "script"}, {"script", "text"}} {
		a := newApp(t, text)
		for _, name := range append(order, order...) {
			var b strings.Builder
			if err := a.ExecuteTemplate(t.Context(), &b, name, "<"); err != nil || b.String() != want[name] {
				t.Errorf("%v: %s is %q, %v, want %q", order, name, b.String(), err, want[name])
			}
		}
	}
}

func TestPitfall06CompileBeforeExecuting(t *testing.T) {
	set := template.Must(template.New("root").Funcs(Funcs()).Parse(`a{{define "b"}}{{cache 60 "n"}}b{{endcache}}{{end}}`))
	first, err := New(newCache(t), set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(newCache(t), set); err != nil {
		t.Errorf("compiling a set twice: %v", err)
	}
	if err := set.Execute(io.Discard, nil); err != nil {
		t.Errorf("the set itself stays usable: %v", err)
	}
	if _, err := New(newCache(t), set); !errors.Is(err, ErrExecuted) || !strings.Contains(err.Error(), "compile it first") {
		t.Errorf("got %v, want ErrExecuted", err)
	}
	var b strings.Builder
	if err := first.ExecuteTemplate(t.Context(), &b, "b", nil); err != nil || b.String() != "b" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestPitfall07ErrorsAtNodesMadeByHand(t *testing.T) {
	for _, text := range []string{
		`<a title="{{cache 60 "n"}}{{endcache}}">`,
		`{{cache 60 "n"}}<a href="{{endcache}}">`,
		`<a href="/{{cache 60 "n"}}{{if .}}/{{else}}?{{end}}{{endcache}}">`,
	} {
		_, err := example{text: text}.compile(t, newCache(t))
		if err == nil || !strings.HasPrefix(err.Error(), "fragment: root:1:") {
			t.Errorf("%s: got %v, want an error with its place", text, err)
		}
	}
	transparent(t, example{name: "in a copy that html/template made", text: `{{define "page"}}<script>{{template "v" .}}</script>{{template "v" .}}{{end}}{{define "v"}}` + "\n\n  " + `{{cache 60 "n"}}{{who ctx}}{{.Nope}}{{endcache}}{{end}}`})
}

func TestPitfall08DelimitersOfTheSet(t *testing.T) {
	transparent(t, example{name: "page", text: `<script>x = [[template "v" .]]</script>[[template "v" .]][[define "v"]][[cache 60 "n"]][[.Title]]{{.Title}}[[endcache]][[end]]`, left: "[[", right: "]]"})
	_, err := example{text: `<p title="[[cache 60 "n"]][[endcache]]">`, left: "[[", right: "]]"}.compile(t, newCache(t))
	if err == nil || !strings.Contains(err.Error(), "in an attribute") {
		t.Errorf("got %v: the places were not looked at", err)
	}
}

func TestPitfall09PartsOfPagesAreLegal(t *testing.T) {
	transparent(t,
		example{name: "page", text: `{{define "page"}}<script>{{template "s" .}}</script>{{cache 60 "n"}}{{.N}}{{endcache}}{{end}}{{define "s"}}var a = "{{.Title}}{{cache 60 "m"}}x{{endcache}}";{{end}}`},
		example{name: "part as a page", text: `{{define "page"}}<title>{{cache 60 "n"}}{{endcache}}{{end}}`},
	)
}

func TestPitfall10VariablesEndWithTheBlock(t *testing.T) {
	_, err := example{text: `{{$x := 1}}{{cache 60 "n"}}{{$x := 2}}{{endcache}}{{$x}}`}.compile(t, newCache(t))
	if err == nil || !strings.Contains(err.Error(), "root:1:54") && !strings.Contains(err.Error(), "$x is declared in cache block") {
		t.Errorf("got %v, want an error at the use of $x", err)
	}
	transparent(t, example{text: `{{$x := 1}}{{cache 60 "n"}}{{$y := 2}}{{$y}}{{endcache}}{{$x}}{{$y := 3}}{{$y}}`})
}

func TestPitfall11LoopsAreNotLeft(t *testing.T) {
	for _, word := range []string{"break", "continue"} {
		_, err := example{text: `{{range .}}{{cache 60 "n"}}{{if .}}{{` + word + `}}{{end}}{{endcache}}{{end}}`}.compile(t, newCache(t))
		if err == nil || !strings.Contains(err.Error(), word+"}} would leave cache block") {
			t.Errorf("%s: got %v", word, err)
		}
	}
	transparent(t, example{text: `{{range .Items}}{{cache 60 "n" .ID}}{{range .Tags}}{{if eq . "hot"}}{{continue}}{{end}}{{.}}{{break}}{{end}}{{endcache}}{{end}}`})
}

func TestPitfall12DotInEveryBranch(t *testing.T) {
	transparent(t,
		example{text: `{{cache 60 "n"}}{{range .Empty}}{{.ID}}{{else}}{{.Title}}{{$.N}}{{end}}{{endcache}}`},
		example{text: `{{cache 60 "n"}}{{if .Nil}}{{.N}}{{else if .Title}}{{.Title}}{{end}}{{with .Nil}}{{.ID}}{{else with .Any}}{{.ID}}{{else}}{{.N}}{{end}}{{endcache}}`},
		example{text: `{{cache 60 "n"}}{{(index .Items 1).Next.Name}}{{(index .Ptrs 0).Shout}}{{.Any.Plus .N (index .Items 0).ID}}{{call .Func .N}}{{endcache}}`},
		example{text: `{{with .Any}}{{cache 60 "n"}}{{with $.Any}}{{.Label (printf "%v" .ID)}}{{end}}{{.Name}}{{endcache}}{{end}}`},
	)
}

func TestPitfall13DollarMayBeDeclared(t *testing.T) {
	transparent(t,
		example{text: `{{$ := .N}}{{cache 60 "n"}}{{$}}{{.Title}}{{with .Any}}{{$}}{{end}}{{endcache}}`},
		example{text: `{{cache 60 "n"}}{{$ := .N}}{{$}}{{.Title}}{{endcache}}{{.N}}`},
		example{text: `{{with $ := .Any}}{{cache 60 "n"}}{{$.ID}}{{.ID}}{{endcache}}{{end}}{{.Title}}`},
	)
}

func TestPitfall14MessagesAreTheAuthors(t *testing.T) {
	transparent(t,
		example{name: "field", text: "\n{{cache 60 \"n\"}}{{.Foo.Bar}}{{endcache}}"},
		example{name: "dot", text: `{{cache 60 "n"}}{{. 1}}{{endcache}}`},
		example{name: "command", text: `{{cache 60 "n"}}{{index .Items .N | printf "%v" .Title}}{{endcache}}`},
		example{name: "twin", text: `{{define "page"}}<script>{{template "v" .}}</script>{{end}}{{define "v"}}{{cache 60 "n"}}{{.Foo}}{{endcache}}{{end}}`},
		example{name: "depth", text: `{{define "page"}}{{template "page" .}}{{cache 60 "n"}}{{endcache}}{{end}}`},
	)
	set, err := example{text: `<script>{{template "v" .}}</script>{{define "v"}}{{cache 60 "n"}}{{fail}}{{endcache}}{{end}}`}.compile(t, newCache(t))
	if err != nil {
		t.Fatal(err)
	}
	err = set.Execute(t.Context(), io.Discard, nil)
	if e := (texttemplate.ExecError{}); !errors.As(err, &e) || !errors.Is(err, errOops) || strings.Contains(err.Error()+e.Name, "larder") {
		t.Errorf("got %v, want an ExecError in the author's words around oops", err)
	}
}

// TestAuthorsSpelling covers what would take an execution of a hundred thousand
// templates, each called by the one before, to show.
func TestAuthorsSpelling(t *testing.T) {
	for compiled, want := range map[string]string{
		`at <{{template "x" larder_pass larder scope (.A | f (g 1))}}>: exceeded`: `at <{{template "x" .A | f (g 1)}}>: exceeded`,
		`at <{{template "x" larder_pass larder scope}}>: exceeded`:                `at <{{template "x"}}>: exceeded`,
		`executing "x (larder: no blocks)$htmltemplate_stateJS" at <.A>: oops`:    `executing "x$htmltemplate_stateJS" at <.A>: oops`,
		`nothing to respell`: `nothing to respell`,
	} {
		if got := authors(compiled); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

func TestPitfall15WhatIsReachedFromAScriptHasNoBlocks(t *testing.T) {
	a := newApp(t, `<script>{{template "a" .}}</script>{{define "a"}}{{template "b" .}}{{end}}{{define "b"}}{{cache 60 "n"}}{{count}}{{endcache}}{{end}}`)
	a.want(t, nil, "<script> 1 </script>")
	a.want(t, nil, "<script> 2 </script>")
	if got := a.outcomes(); len(got) != 0 {
		t.Errorf("the cache was asked: %q", got)
	}
}

func TestPitfall16PagesOfOneLayoutShareItsBlocks(t *testing.T) {
	a := &app{}
	layout := a.parse(`{{define "layout"}}{{block "top" .}}{{end}}<nav>{{cache 60 "nav"}}{{count}}{{endcache}}</nav>{{block "body" .}}{{end}}{{end}}`)
	c := newCache(t)
	page := func(text string) string {
		t.Helper()
		set, err := New(c, template.Must(template.Must(layout.Clone()).Parse(text)))
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := set.ExecuteTemplate(t.Context(), &b, "layout", nil); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for text, want := range map[string]string{
		`{{define "body"}}one{{end}}`: "<nav>1</nav>one",
		`{{define "body"}}{{cache 60 "x"}}two{{endcache}}{{end}}{{define "top"}}{{cache 60 "y"}}{{endcache}}{{end}}{{define "a"}}{{cache 60 "z"}}{{endcache}}{{end}}`: "<nav>1</nav>two",
	} {
		if got := page(text); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestPitfall17RecursionEnds(t *testing.T) {
	transparent(t, example{name: "tree", text: `{{define "page"}}{{template "a" index .Ptrs 1}}{{end}}{{define "a"}}{{cache 60 "n" .ID}}{{.Name}}{{template "b" .}}{{endcache}}{{end}}{{define "b"}}{{with .Next}}{{template "a" .}}{{end}}{{end}}`})
}

// TestPitfall18: why the reference has comments where the tags were, and not
// functions that print nothing.
func TestPitfall18StubsPrintInScripts(t *testing.T) {
	stub := template.FuncMap{"cache": func(...any) string { return "" }, "endcache": func() string { return "" }}
	var b strings.Builder
	template.Must(template.New("x").Funcs(stub).Parse(`<script>{{cache}}{{endcache}}</script>`)).Execute(&b, nil)
	if b.String() != `<script>""""</script>` {
		t.Errorf("got %s: stubs would do now", b.String())
	}
}

func TestPitfall19FieldsOfTheDataAreNotReached(t *testing.T) {
	transparent(t,
		example{text: `{{cache 60 "n"}}{{.scope}}{{endcache}}`, data: struct{}{}},
		example{text: `{{cache 60 "n"}}{{.data}}{{endcache}}`, data: struct{}{}},
		example{text: `{{cache 60 "n"}}{{.data}}{{$.scope}}{{endcache}}`, data: map[string]int{"data": 1, "scope": 2}},
	)
}

func TestPitfall20FunctionsThatExecuteTheSet(t *testing.T) {
	var set *Template
	render := func(ctx context.Context, name string, data any) (template.HTML, error) {
		var b strings.Builder
		err := set.ExecuteTemplate(ctx, &b, name, data)
		return template.HTML(b.String()), err
	}
	a := &app{cache: newCache(t)}
	parsed := a.parse("").Funcs(template.FuncMap{"render": render})
	template.Must(parsed.Parse(`{{define "root"}}{{cache 60 "o"}}{{count}}{{render ctx "part" .}}{{endcache}}{{end}}{{define "part"}}{{cache 60 "i" (tags "t")}}<b>{{.}}</b>{{count}}{{endcache}}{{end}}`))
	set, a.Template = nil, nil
	var err error
	if set, err = New(a.cache, parsed); err != nil {
		t.Fatal(err)
	}
	a.Template = set
	a.want(t, "<", "1<b>&lt;</b>2")
	a.want(t, "<", "1<b>&lt;</b>2")
	a.invalidate(t, "t") // climbs along the context, through the function
	a.want(t, "<", "3<b>&lt;</b>4")
}

// TestManyTemplates: compiling does not take longer than it should.
func TestManyTemplates(t *testing.T) {
	const n = 60
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "{{define \"t%d\"}}{{cache 60 \"n%[1]d\" .ID}}{{if .ID}}<p title=\"{{.Name}}\">{{.Name}}{{template \"t%d\" .}}</p>\n{{end}}{{endcache}}{{end}}", i, (i+1)%n)
	}
	start := time.Now()
	if _, err := (example{text: b.String()}).compile(t, newCache(t)); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(start); d > 10*time.Second {
		t.Errorf("%d templates that all reach one another took %v", n, d)
	} else {
		t.Logf("%d templates took %v", n, d)
	}
}
