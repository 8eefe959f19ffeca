package fragment

import (
	"bytes"
	"context"
	"fmt"
	"html/template"
	"slices"
	"testing"
	"time"
)

func TestScratchInterleaved(t *testing.T) {
	page := func(tag, body, end string) *template.Template {
		return template.Must(template.New("page").Funcs(Funcs()).Parse(`<html><body><h1>{{.Title}}</h1>` + tag + body + end + `</body></html>`))
	}
	c := newCache(t)
	hit := Must(New(c, page(`{{cache 900 "rows" .Lang}}`, table, `{{endcache}}`)))
	plainHit := Must(New(c, page(`{{cache 900 "rows"}}`, table, `{{endcache}}`)))
	miss := Must(New(c, page(`{{cache 900 "rows" .N}}`, table, `{{endcache}}`)))
	plain, ready := page("", table, ""), page("", "{{.Ready}}", "")
	ctx, data := context.Background(), tableData()
	var buf bytes.Buffer
	template.Must(template.New("t").Parse(table)).Execute(&buf, data)
	data["Ready"] = template.HTML(bytes.Clone(buf.Bytes()))
	n := 0
	runs := []struct {
		name string
		k    int
		f    func() error
	}{
		{"html", 4, func() error { return plain.Execute(&buf, data) }},
		{"miss", 4, func() error { n++; data["N"] = n; return miss.Execute(ctx, &buf, data) }},
		{"hit", 100, func() error { return hit.Execute(ctx, &buf, data) }},
		{"hit0", 100, func() error { return plainHit.Execute(ctx, &buf, data) }},
		{"ready", 100, func() error { return ready.Execute(&buf, data) }},
	}
	times := make([][]float64, len(runs))
	for range 300 {
		for i, r := range runs {
			start := time.Now()
			for range r.k {
				buf.Reset()
				if err := r.f(); err != nil {
					t.Fatal(err)
				}
			}
			times[i] = append(times[i], float64(time.Since(start).Nanoseconds())/float64(r.k))
		}
	}
	for i, r := range runs {
		slices.Sort(times[i])
		fmt.Printf("%-6s median %9.0f  p10 %9.0f  allocs %v\n", r.name, times[i][150], times[i][30], testing.AllocsPerRun(100, func() { buf.Reset(); r.f() }))
	}
}
