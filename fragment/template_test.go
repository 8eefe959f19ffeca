package fragment

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"testing"
	"testing/fstest"
)

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

// TestReloadLooksAliasesUp: as New does.
func TestReloadLooksAliasesUp(t *testing.T) {
	set := Reload(newCache(t), func() (*template.Template, error) {
		return template.New("root").Funcs(Funcs()).Parse(`a{{cache 60 "n" (using "nope")}}b{{endcache}}`)
	})
	var b strings.Builder
	err := set.Execute(t.Context(), &b, nil)
	if e := (*Error)(nil); !errors.As(err, &e) || !strings.Contains(e.Reason, `no cache "nope"`) || b.Len() > 0 {
		t.Errorf("got %q, %v, want the mistake", b.String(), err)
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
