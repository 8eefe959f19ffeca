package fragment

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"slices"
	"testing"
	"time"
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

// A contestant is one way to make the page with the table.
type contestant struct {
	name string
	runs int // at a time
	run  func(w io.Writer) error
}

// contestants are html/template alone, the table in a block that is a miss or
// a hit, and the table at hand as template.HTML, which is the least that a hit
// can cost.
func contestants(tb testing.TB) []contestant {
	page := func(tag, body, end string) *template.Template {
		return template.Must(template.New("page").Funcs(Funcs()).Parse(`<html><body><h1>{{.Title}}</h1>` + tag + body + end + `</body></html>`))
	}
	c, data := newCache(tb), tableData()
	plain, ready := page("", table, ""), page("", "{{.Ready}}", "")
	hit := Must(New(c, page(`{{cache 900 "rows" .Lang}}`, table, `{{endcache}}`)))
	plainHit := Must(New(c, page(`{{cache 900 "rows"}}`, table, `{{endcache}}`)))
	miss := Must(New(c, page(`{{cache "1ns" "rows" .Lang}}`, table, `{{endcache}}`))) // kept each time, and over at once
	var rows bytes.Buffer
	if err := template.Must(template.New("t").Parse(table)).Execute(&rows, data); err != nil {
		tb.Fatal(err)
	}
	data["Ready"] = template.HTML(rows.String())
	return []contestant{
		{"html_template", 2, func(w io.Writer) error { return plain.Execute(w, data) }},
		{"miss", 2, func(w io.Writer) error { return miss.Execute(tb.Context(), w, data) }},
		{"hit", 100, func(w io.Writer) error { return hit.Execute(tb.Context(), w, data) }},
		{"hit_without_vary_values", 100, func(w io.Writer) error { return plainHit.Execute(tb.Context(), w, data) }},
		{"ready_HTML", 100, func(w io.Writer) error { return ready.Execute(w, data) }},
	}
}

// BenchmarkBlock: each contestant by itself.
func BenchmarkBlock(b *testing.B) {
	for _, c := range contestants(b) {
		b.Run(c.name, func(b *testing.B) {
			var buf bytes.Buffer
			b.ReportAllocs()
			for b.Loop() {
				buf.Reset()
				if err := c.run(&buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBlocksInTurn: all of them in turn, so that a machine that is busy is
// so for all. It reports medians, and what a miss costs above html/template.
func BenchmarkBlocksInTurn(b *testing.B) {
	cs := contestants(b)
	times := make([][]float64, len(cs))
	var buf bytes.Buffer
	for b.Loop() {
		for i, c := range cs {
			start := time.Now()
			for range c.runs {
				buf.Reset()
				if err := c.run(&buf); err != nil {
					b.Fatal(err)
				}
			}
			times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/float64(c.runs))
		}
	}
	medians := map[string]float64{}
	for i, c := range cs {
		slices.Sort(times[i])
		medians[c.name] = times[i][len(times[i])/2]
		b.ReportMetric(medians[c.name], c.name+"-ns")
	}
	b.ReportMetric(100*(medians["miss"]/medians["html_template"]-1), "miss-above-%")
	b.ReportMetric(medians["html_template"]/medians["hit"], "hit-times-faster")
}

// TestAllocationsOfAHit: what a hit costs beyond the page without the block.
// All of it but one, the block's own tag, is what text/template needs to call
// two functions.
func TestAllocationsOfAHit(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector makes pools forget")
	}
	want := map[string]float64{"hit": 20, "hit_without_vary_values": 16, "ready_HTML": 15}
	for _, c := range contestants(t) {
		most, ok := want[c.name]
		if !ok {
			continue
		}
		var buf bytes.Buffer
		got := testing.AllocsPerRun(200, func() {
			buf.Reset()
			if err := c.run(&buf); err != nil {
				t.Fatal(err)
			}
		})
		if got > most {
			t.Errorf("%s: %v allocations, want %v at most", c.name, got, most)
		}
	}
}
