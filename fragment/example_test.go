package fragment_test

import (
	"context"
	"fmt"
	"html/template"
	"log"
	"os"
	"testing/fstest"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/fragment"
)

// Shop is the data of a page. Its products come from a query that the template
// starts, if it comes to that.
type Shop struct{ Title string }

func (Shop) Top(ctx context.Context) []string {
	fmt.Println("(a slow query)")
	larder.Tag(ctx, "orders")
	return []string{"tea", "bread & butter"}
}

func Example() {
	ctx := context.Background()
	cache, err := larder.Open(ctx, "memory://")
	if err != nil {
		log.Fatal(err)
	}
	defer cache.Close()

	page := template.Must(template.New("page").Funcs(fragment.Funcs()).Parse(
		`{{.Title}}: {{cache "15m" "top"}}{{range .Top ctx}}<li>{{.}}{{end}}{{endcache}}
`))
	views := fragment.Must(fragment.New(cache, page))

	views.Execute(ctx, os.Stdout, Shop{"Monday"})
	views.Execute(ctx, os.Stdout, Shop{"Tuesday"})

	cache.Invalidate(ctx, "orders")
	views.Execute(ctx, os.Stdout, Shop{"Wednesday"})
	// Output:
	// Monday: (a slow query)
	// <li>tea<li>bread &amp; butter
	// Tuesday: <li>tea<li>bread &amp; butter
	// Wednesday: (a slow query)
	// <li>tea<li>bread &amp; butter
}

func ExampleKey() {
	ctx := context.Background()
	fsys := fstest.MapFS{"side.html": {Data: []byte(`{{cache 900 "side" .ID}}{{.Name}} {{endcache}}`)}}
	views := fragment.Must(fragment.ParseFS(nil, fsys, "*.html"))

	type user struct {
		ID   int
		Name string
	}
	views.Execute(ctx, os.Stdout, user{7, "Ann"})
	views.Execute(ctx, os.Stdout, user{7, "Anna"})
	larder.Default().Invalidate(ctx, fragment.Key("side", 7))
	views.Execute(ctx, os.Stdout, user{7, "Anna"})
	// Output: Ann Ann Anna
}

func ExampleNew_mistake() {
	set := template.Must(template.New("page.html").Funcs(fragment.Funcs()).Parse("<ul>\n  {{cache 60 \"list\"}}<li>\n</ul>"))
	_, err := fragment.New(nil, set)
	fmt.Println(err)
	// Output: fragment: page.html:2:4: cache block "list" is not closed in the same if, range, with or define: write {{endcache}}
}

func ExampleReload() {
	views := fragment.Reload(nil, func() (*template.Template, error) {
		return template.New("").Funcs(fragment.Funcs()).ParseGlob("views/*.html")
	})
	err := views.ExecuteTemplate(context.Background(), os.Stdout, "page.html", nil)
	fmt.Println(err)
	// Output: html/template: pattern matches no files: `views/*.html`
}
