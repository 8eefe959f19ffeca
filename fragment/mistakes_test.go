package fragment

import (
	"context"
	"errors"
	"html/template"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/larder-go/larder"
)

// TestMistakes: what New refuses, with template, line and column.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"cache without endcache", "a\n {{cache 60 \"n\"}}b", `root:2:3: cache block "n" is not closed in the same if, range, with or define: write {{endcache}}`},
		{"endcache without cache", "a\n{{.X}} {{endcache}}", `root:2:9: endcache without a cache before it in the same if, range, with or define`},
		{"endcache too many", `{{cache 60 "n"}}{{endcache}}{{endcache}}`, `root:1:30: endcache without`},
		{"endcache with an argument", `{{cache 60 "n"}}{{endcache "n"}}`, `root:1:18: endcache stands alone: {{endcache}}`},
		{"endcache assigned", `{{cache 60 "n"}}{{$x := endcache}}`, `root:1:18: endcache stands alone`},
		{"across if", `{{if .}}{{cache 60 "n"}}{{end}}{{endcache}}`, `root:1:33: endcache without`},
		{"across if, the other way", `{{cache 60 "n"}}{{if .}}{{endcache}}{{end}}`, `root:1:2: cache block "n" is not closed`},
		{"across else", `{{if .}}{{cache 60 "n"}}{{else}}{{endcache}}{{end}}`, `root:1:10: cache block "n" is not closed`},
		{"across range", `{{range .}}{{cache 60 "n"}}{{end}}{{endcache}}`, `root:1:36: endcache without`},
		{"across define", `{{define "a"}}{{cache 60 "n"}}{{end}}{{endcache}}`, `root:1:16: cache block "n" is not closed`},

		{"no arguments", `{{cache}}`, `root:1:2: cache needs a TTL and a name`},
		{"no name", `{{cache 60}}{{endcache}}`, `root:1:2: cache needs a TTL and a name`},
		{"name not literal", `{{cache 60 .Name}}{{endcache}}`, `root:1:11: the name of a cache block is .Name; it must be literal text`},
		{"name empty", `{{cache 60 ""}}{{endcache}}`, `root:1:11: the name of a cache block is ""`},
		{"name a number", `{{cache 60 7}}{{endcache}}`, `root:1:11: the name of a cache block is 7`},
		{"TTL no duration", `{{cache "15 minutes" "n"}}{{endcache}}`, `root:1:8: the TTL of a cache block is "15 minutes"; allowed are seconds (900), a duration ("15m"), nil for ever, and 0 for not at all`},
		{"TTL without unit", `{{cache "900" "n"}}{{endcache}}`, `root:1:8: the TTL of a cache block is "900"`},
		{"TTL negative", `{{cache -5 "n"}}{{endcache}}`, `root:1:8: the TTL of a cache block is -5`},
		{"TTL a negative duration", `{{cache "-5s" "n"}}{{endcache}}`, `root:1:8: the TTL of a cache block is "-5s"`},
		{"TTL a boolean", `{{cache true "n"}}{{endcache}}`, `root:1:8: the TTL of a cache block is true`},
		{"TTL complex", `{{cache 1i "n"}}{{endcache}}`, `root:1:8: the TTL of a cache block is 1i`},
		{"vary value complex", `{{cache 60 "n" 2i}}{{endcache}}`, `root:1:15: the vary value 2i is a complex number; allowed are text`},
		{"tags without parentheses", `{{cache 60 "n" tags "a"}}{{endcache}}`, `root:1:15: tags stands in parentheses, as in (tags "catalog")`},
		{"using without parentheses", `{{cache 60 "n" using "a"}}{{endcache}}`, `root:1:15: using stands in parentheses`},
		{"tags empty", `{{cache 60 "n" (tags)}}{{endcache}}`, `root:1:16: tags needs text, as in (tags "catalog")`},
		{"tag empty", `{{cache 60 "n" (tags "a" "")}}{{endcache}}`, `root:1:25: tags is given ""; it takes text that is not empty`},
		{"tag a number", `{{cache 60 "n" (tags 5)}}{{endcache}}`, `root:1:21: tags is given 5`},
		{"tags in a pipeline", `{{cache 60 "n" (tags "a" | printf)}}{{endcache}}`, `root:1:16: tags cannot stand in a pipeline`},
		{"using twice", `{{cache 60 "n" (using "default") (using "default")}}{{endcache}}`, `root:1:34: a cache block has one (using …)`},
		{"using two", `{{cache 60 "n" (using "a" "b")}}{{endcache}}`, `root:1:16: using takes one alias`},
		{"using nil", `{{cache 60 "n" (using nil)}}{{endcache}}`, `root:1:22: using is given nil`},
		{"using an unknown alias", "\n{{cache 60 \"n\" (using \"pages\")}}{{endcache}}", `root:2:2: larder: no cache "pages"`},
		{"tags in the place of the TTL", `{{cache (tags "a") "n"}}{{endcache}}`, `root:1:9: tags stands in parentheses after the name, not in another argument`},
		{"tags in a vary value", `{{cache 60 "n" (print (tags "a"))}}{{endcache}}`, `root:1:23: tags stands in parentheses after the name, not in another argument`},
		{"tags in tags", `{{cache 60 "n" (tags "a" (tags "b"))}}{{endcache}}`, `root:1:26: tags stands in parentheses after the name, not in another argument`},
		{"using in tags", `{{cache 60 "n" (tags "a" using)}}{{endcache}}`, `root:1:25: using stands in parentheses after the name, not in another argument`},
		{"using in a chain", `{{cache 60 "n" (using "default").X}}{{endcache}}`, `root:1:16: using stands in parentheses after the name, not in another argument`},
		{"declaration in the tag", `{{cache 60 "n" ($x := .A)}}{{endcache}}`, `root:1:16: a cache tag cannot declare or assign $x`},

		{"cache in a pipeline", `{{cache 60 "n" | printf}}{{endcache}}`, `root:1:2: cache is a tag: it cannot stand in a pipeline or be assigned`},
		{"cache at the end of a pipeline", `{{.X | cache 60 "n"}}{{endcache}}`, `root:1:7: cache is a tag: it cannot stand in a pipeline or be a value`},
		{"cache assigned", `{{$x := cache 60 "n"}}{{endcache}}`, `root:1:2: cache is a tag`},
		{"cache as a value", `{{if (cache 60 "n")}}{{end}}`, `root:1:6: cache is a tag`},
		{"cache as an argument of itself", `{{cache 60 "n" cache}}{{endcache}}`, `root:1:15: cache is a tag`},
		{"endcache as a value", `{{printf "%v" endcache}}`, `root:1:14: endcache is a tag`},
		{"endcache in a call", `{{template "t" endcache}}{{define "t"}}{{end}}`, `root:1:15: endcache is a tag`},
		{"endcache in a chain", `{{(endcache).X}}`, `root:1:3: endcache is a tag`},
		{"tags outside a tag", `{{tags "a"}}`, `root:1:2: tags belongs in a cache tag, in parentheses after the name`},
		{"using as a value", `{{range using "a"}}{{end}}`, `root:1:8: using belongs in a cache tag`},
		{"ctx with an argument", `{{ctx 1}}`, `root:1:2: ctx takes no arguments`},

		{"break out of a block", "{{range .}}{{cache 60 \"n\"}}{{if .}}\n{{break}}{{end}}{{endcache}}{{end}}", `root:2:2: {{break}} would leave cache block "n"`},
		{"continue out of a block", `{{range .}}{{cache 60 "n"}}{{continue}}{{endcache}}{{end}}`, `root:1:29: {{continue}} would leave cache block "n"`},
		{"break in the else of a loop inside", `{{range .}}{{cache 60 "n"}}{{range .}}{{else}}{{break}}{{end}}{{endcache}}{{end}}`, `root:1:48: {{break}} would leave`},
		{"assignment", `{{$x := 1}}{{cache 60 "n"}}{{$x = 2}}{{endcache}}`, `root:1:29: cache block "n" assigns $x, which is declared outside it`},
		{"assignment in a loop", `{{$x := 1}}{{cache 60 "n"}}{{range .}}{{$x = 2}}{{end}}{{endcache}}`, `root:1:40: cache block "n" assigns $x`},
		{"assignment by a loop", `{{$x := 1}}{{cache 60 "n"}}{{range $x = .}}{{end}}{{endcache}}`, `root:1:35: cache block "n" assigns $x`},
		{"assignment in parentheses", `{{$x := 1}}{{cache 60 "n"}}{{print ($x = 2)}}{{endcache}}`, `root:1:36: cache block "n" assigns $x`},
		{"assignment after a variable of that name ended", `{{$x := 1}}{{cache 60 "n"}}{{if .}}{{$x := 2}}{{end}}{{$x = 3}}{{endcache}}`, `root:1:55: cache block "n" assigns $x`},
		{"assignment of dollar", `{{cache 60 "n"}}{{$ = 2}}{{endcache}}`, `root:1:18: cache block "n" assigns $`},
		{"variable used after", `{{cache 60 "n"}}{{$x := 1}}{{endcache}}{{$x}}`, `root:1:41: $x is declared in cache block "n" and ends with it`},
		{"variable used after, shadowing one outside", `{{$x := 1}}{{cache 60 "n"}}{{$x := 2}}{{endcache}}{{if .}}{{print 1 $x}}{{end}}`, `root:1:68: $x is declared in cache block "n"`},
		{"variable of a nested block used after", `{{cache 60 "o"}}{{cache 60 "n"}}{{$x := 1}}{{endcache}}{{endcache}}{{$x}}`, `root:1:69: $x is declared in cache block "o"`},
		{"variable of a call used after", `{{cache 60 "n"}}{{template "t" $x := 1}}{{endcache}}{{$x}}{{define "t"}}{{end}}`, `root:1:54: $x is declared in cache block "n"`},
		{"variable assigned after", `{{cache 60 "n"}}{{$x := 1}}{{endcache}}{{$x = 2}}`, `root:1:41: $x is declared in cache block "n"`},

		{"in an attribute", `<a title="{{cache 60 "n"}}x{{endcache}}">`, `root:1:12: a cache block stands in element text only; this one is in an attribute`},
		{"in a URL", `<a href="/{{cache 60 "n"}}x{{endcache}}">`, `in an attribute`},
		{"in a tag", `<a {{cache 60 "n"}}x{{endcache}}>`, `in a tag`},
		{"in an unquoted value", `<a id={{cache 60 "n"}}x{{endcache}}>`, `in an attribute`},
		{"in a script", `<script>{{cache 60 "n"}}x{{endcache}}</script>`, `in a script`},
		{"in a text of a script", `<script>"{{cache 60 "n"}}x{{endcache}}"</script>`, `in a script`},
		{"in a style sheet", `<style>{{cache 60 "n"}}x{{endcache}}</style>`, `in a style sheet`},
		{"in a title", `<title>{{cache 60 "n"}}x{{endcache}}</title>`, `root:1:9: a cache block stands in element text only; this one is in a title`},
		{"in a textarea", `<textarea>{{cache 60 "n"}}x{{endcache}}</textarea>`, `in a textarea`},
		{"in a comment", `<!-- {{cache 60 "n"}}x{{endcache}} -->`, `in a comment`},
		{"ends in a tag", `{{cache 60 "n"}}<a {{endcache}}>`, `root:1:21: a cache block ends in element text, where it began; this one ends in a tag`},
		{"ends in a script", `{{cache 60 "n"}}<script>{{endcache}}</script>`, `ends in a script`},
		{"after a part that ends in a tag", `{{define "page"}}{{template "open"}}{{cache 60 "n"}}{{endcache}}>{{end}}{{define "open"}}<a {{end}}`, `root:1:38: a cache block stands in element text only`},
		{"in a part that is no page", `{{define "page"}}{{template "h"}}</title>{{end}}{{define "h"}}<title>{{cache 60 "n"}}{{endcache}}{{end}}`, `this one is in a title`},
		{"mistake in a nested block", `{{cache 60 "n" (tags "<")}}{{cache 60 ""}}{{endcache}}{{endcache}}`, `root:1:38: the name of a cache block is ""`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := example{text: c.text}.compile(t, newCache(t))
			if err == nil {
				t.Fatalf("compiled, want error %s", c.want)
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if e := (*Error)(nil); !errors.As(err, &e) || e.Line < 1 || e.Template == "" {
				t.Errorf("got %#v, want an *Error with its place", err)
			}
		})
	}
}

func TestMistakeNamesTheFile(t *testing.T) {
	fsys := fstest.MapFS{"views/side.html": {Data: []byte("<ul>\n  {{cache 60 \"side\"}}\n</ul>")}}
	_, err := ParseFS(newCache(t), fsys, "views/*.html")
	const want = `fragment: side.html:2:4: cache block "side" is not closed in the same if, range, with or define: write {{endcache}}`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestParseFSOfNothing(t *testing.T) {
	if _, err := ParseFS(newCache(t), fstest.MapFS{}, "*.html"); err == nil {
		t.Error("no files: want an error")
	}
}

func TestMustPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Must did not panic")
		}
	}()
	Must(New(newCache(t), template.Must(template.New("x").Funcs(Funcs()).Parse(`{{endcache}}`))))
}

// TestUncompiled: a template that was parsed and never compiled says so.
func TestUncompiled(t *testing.T) {
	set := template.Must(template.New("x").Funcs(Funcs()).Parse(`{{cache 60 "n"}}a{{endcache}}`))
	if err := set.Execute(new(strings.Builder), nil); !errors.Is(err, ErrNotCompiled) {
		t.Errorf("got %v, want ErrNotCompiled", err)
	}
}

func TestAliasesAreLookedUpByNew(t *testing.T) {
	caches, err := larder.OpenCaches(context.Background(), map[string]larder.Config{"default": {}, "side": {}})
	if err != nil {
		t.Fatal(err)
	}
	defer caches.Close()
	c, _ := caches.Get("default")
	if _, err := (example{text: `{{cache 60 "n" (using "side")}}{{endcache}}`}).compile(t, c); err != nil {
		t.Error(err)
	}
	if _, err := (example{text: `{{cache 60 "n" (using "nope")}}{{endcache}}`}).compile(t, nil); err != nil {
		t.Errorf("without a cache nobody knows the aliases yet: %v", err)
	}
}
