package cases

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/pantry"
	"github.com/larder-go/larder/fragment"
)

type item struct {
	ID    int
	Name  string
	Email string
	Price float64
	Stock bool
}

// list is what the templates are executed with. Version differs for each miss.
type list struct {
	Title   string
	Version int
	Items   []item
}

func newList(rows int) *list {
	l := &list{Title: "List", Items: make([]item, rows)}
	for i := range l.Items {
		l.Items[i] = item{i, fmt.Sprintf("Item <%d> & co", i), fmt.Sprintf("user%d@example.com", i), float64(i) * 1.37, i%3 == 0}
	}
	return l
}

const (
	head  = `<!doctype html><title>{{.Title}}</title>`
	items = `<table>{{range .Items}}<tr class="{{if .Stock}}in{{else}}out{{end}}"><td>{{.ID}}</td><td><a href="/item/{{.ID}}">{{.Name}}</a></td><td>{{.Email}}</td><td>{{printf "%.2f" .Price}}</td><td>{{.Stock}}</td></tr>
{{end}}</table>`
	block = head + `{{cache "1h" "items" .Version}}` + items + `{{endcache}}`
)

func fragments(stores Stores) Section {
	s := Section{ID: "fragment", Unit: "µs", Limit: "ready", What: "A page of 100 rows by html/template, whole and with the table as a cached block"}
	s.Rows = []Row{
		{"whole", openWhole},
		{"ready", openReady},
	}
	for _, store := range []string{kit.Memory, kit.Redis, kit.Memcached} {
		if o, ok := stores.Options(store); ok {
			s.Rows = append(s.Rows, Row{"hit, " + store, func() (*Bench, error) {
				c, err := larder.Open(context.Background(), pantry.URL(o, false), larder.WithTimeout(10*time.Second))
				if err != nil {
					return nil, err
				}
				return openFragment(c, func(*list) {})
			}})
		}
	}
	return s
}

// fragmentMisses has the template without the tags as its limit, in the same
// rounds.
func fragmentMisses() Section {
	return Section{ID: "fragment-miss", Unit: "µs", Limit: "whole", Fine: true, What: "The same page with its table as a block that was never asked before: what recording and keeping it costs", Rows: []Row{
		{"whole", openWhole},
		{"miss, memory", func() (*Bench, error) {
			c, err := openFull()
			if err != nil {
				return nil, err
			}
			return openFragment(c, func(l *list) { l.Version++ })
		}},
	}}
}

func openWhole() (*Bench, error) {
	return openTemplate(template.Must(template.New("").Parse(head+items)), newList(100))
}

// openReady has the table come from a function as template.HTML: less is not
// possible with html/template.
func openReady() (*Bench, error) {
	var b bytes.Buffer
	if err := template.Must(template.New("").Parse(items)).Execute(&b, newList(100)); err != nil {
		return nil, err
	}
	table := template.HTML(b.String())
	get := func(string, ...any) template.HTML { return table }
	t := template.Must(template.New("").Funcs(template.FuncMap{"get": get}).Parse(head + `{{get "items" .Version}}`))
	return openTemplate(t, newList(100))
}

func openTemplate(t *template.Template, data *list) (*Bench, error) {
	var page bytes.Buffer
	return &Bench{Misses: never, Close: func() {}, Run: func(n int) error {
		for range n {
			page.Reset()
			if err := t.Execute(&page, data); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

func never() int64 { return 0 }

func openFragment(c *larder.Cache, change func(*list)) (*Bench, error) {
	ctx := context.Background()
	parsed := template.Must(template.New("page").Funcs(fragment.Funcs()).Parse(block))
	t, err := fragment.New(c, parsed)
	if err != nil {
		return nil, err
	}
	data := newList(100)
	var page bytes.Buffer
	return &Bench{Misses: never, Close: func() { c.Close() }, Run: func(n int) error {
		for range n {
			page.Reset()
			change(data)
			if err := t.Execute(ctx, &page, data); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}
