package fragment

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"testing"
)

type row struct {
	ID    int
	Name  string
	Email string
	Price float64
	Stock bool
}

const table = `<table>{{range .Rows}}<tr class="{{if .Stock}}in{{else}}out{{end}}"><td>{{.ID}}</td><td><a href="/item/{{.ID}}">{{.Name}}</a></td><td>{{.Email}}</td><td>{{printf "%.2f" .Price}}</td><td>{{.Stock}}</td></tr>
{{end}}</table>`

func tableData() map[string]any {
	rows := make([]row, 100)
	for i := range rows {
		rows[i] = row{i, fmt.Sprintf("Item <%d> & co", i), fmt.Sprintf("user%d@example.com", i), float64(i) * 1.37, i%3 == 0}
	}
	return map[string]any{"Title": "List", "Rows": rows, "Lang": "en"}
}

// BenchmarkBlock: a page with a table of a hundred rows, by html/template
// alone, with the table in a block that is a miss or a hit, and with the table
// at hand as template.HTML, which is the least it can cost.
func BenchmarkBlock(b *testing.B) {
	page := func(tag, body, end string) *template.Template {
		return template.Must(template.New("page").Funcs(Funcs()).Parse(`<html><body><h1>{{.Title}}</h1>` + tag + body + end + `</body></html>`))
	}
	c := newCache(b)
	hit := Must(New(c, page(`{{cache 900 "rows" .Lang}}`, table, `{{endcache}}`)))
	plainHit := Must(New(c, page(`{{cache 900 "rows"}}`, table, `{{endcache}}`)))
	miss := Must(New(c, page(`{{cache 900 "rows" .N}}`, table, `{{endcache}}`)))
	plain, ready := page("", table, ""), page("", "{{.Ready}}", "")
	ctx, data := context.Background(), tableData()
	var buf bytes.Buffer
	template.Must(template.New("t").Parse(table)).Execute(&buf, data)
	data["Ready"] = template.HTML(buf.String())
	n := 0
	for _, run := range []struct {
		name string
		f    func() error
	}{
		{"html_template", func() error { return plain.Execute(&buf, data) }},
		{"miss", func() error { n++; data["N"] = n; return miss.Execute(ctx, &buf, data) }},
		{"hit", func() error { return hit.Execute(ctx, &buf, data) }},
		{"hit_without_vary_values", func() error { return plainHit.Execute(ctx, &buf, data) }},
		{"ready_HTML", func() error { return ready.Execute(&buf, data) }},
	} {
		b.Run(run.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				buf.Reset()
				if err := run.f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestAllocationsOfAHit holds what a hit costs beyond the rest of the page.
func TestAllocationsOfAHit(t *testing.T) {
	set := template.Must(template.New("page").Funcs(Funcs()).Parse(`<h1>x</h1>{{cache 900 "rows" .Lang}}` + table + `{{endcache}}`))
	views := Must(New(newCache(t), set))
	data := tableData()
	var buf bytes.Buffer
	got := testing.AllocsPerRun(200, func() {
		buf.Reset()
		if err := views.Execute(t.Context(), &buf, data); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%v allocations", got)
	if got > 30 {
		t.Errorf("a hit allocates %v times", got)
	}
}
