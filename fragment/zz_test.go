package fragment

import (
	"bytes"
	"fmt"
	"io"
	"html/template"
	"slices"
	"testing"
	"time"
)

type tee struct{ a []byte; w io.Writer }
func (t *tee) Write(p []byte) (int, error) { t.a = append(t.a, p...); return len(p), nil }

func TestZZ(t *testing.T) {
	cs := contestants(t)[:2]
	data := tableData()
	page := func(tag, body, end string) *template.Template {
		return template.Must(template.New("page").Funcs(Funcs()).Parse(`<html><body><h1>{{.Title}}</h1>` + tag + body + end + `</body></html>`))
	}
	c := newCache(t)
	by := Must(New(c, page(`{{cache 0 "rows" .Lang}}`, table, `{{endcache}}`)))
	cs = append(cs, contestant{"bypass", 1, func(w io.Writer) error { return by.Execute(t.Context(), w, data) }})
	plain := page("", table, "")
	var tt tee
	cs = append(cs, contestant{"tee", 1, func(w io.Writer) error { tt.a = tt.a[:0]; plain.Execute(&tt, data); w.Write(tt.a); return nil }})
	n := 0
	same := Must(New(c, page(`{{cache 10 "rows" .N}}`, table, `{{endcache}}`)))
	cs = append(cs, contestant{"del", 1, func(w io.Writer) error { n++; data["N"] = n%50; return same.Execute(t.Context(), w, data) }})
	times := make([][]float64, len(cs))
	var buf bytes.Buffer
	for round := range 2000 {
		for j := range cs {
			i := (j + round) % len(cs)
			if i == 4 { same.Delete(t.Context(), "rows", (n+1)%50) }
			start := time.Now()
			buf.Reset()
			cs[i].run(&buf)
			times[i] = append(times[i],  float64(time.Since(start).Nanoseconds()))
		}
	}
	for i := range cs {
		slices.Sort(times[i])
		x := times[i]; N := len(x)
		fmt.Printf("zz %-12s p1 %8.0f p10 %8.0f p25 %8.0f p50 %8.0f\n", cs[i].name, x[N/100], x[N/10], x[N/4], x[N/2])
	}
}
