package bench_test

import (
	"context"
	"html/template"
	"net/http"
	"strconv"
	"testing"
	"time"
	"fmt"
	"os"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/bench/kit"
	"github.com/larder-go/larder/bench/measure"
	"github.com/larder-go/larder/fragment"
	"bytes"
)

type chunks struct{ kit.Discard; all [][]byte }
func (c *chunks) Write(b []byte) (int, error) { c.all = append(c.all, append([]byte(nil), b...)); return len(b), nil }

type zitem struct { ID int; Name, Email string; Price float64; Stock bool }
const zt = `<!doctype html><title>{{.Title}}</title><table>{{range .Items}}<tr class="{{if .Stock}}in{{else}}out{{end}}"><td>{{.ID}}</td><td><a href="/item/{{.ID}}">{{.Name}}</a></td><td>{{.Email}}</td><td>{{printf "%.2f" .Price}}</td><td>{{.Stock}}</td></tr>
{{end}}</table>`

func BenchmarkZReplay(b *testing.B) {
	var its []zitem
	for i := range 114 { its = append(its, zitem{i, fmt.Sprintf("Item <%d> & co", i), fmt.Sprintf("user%d@example.com", i), float64(i) * 1.37, i%3 == 0}) }
	c := &chunks{}
	template.Must(template.New("").Parse(zt)).Execute(c, map[string]any{"Title":"List","Items":its})
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		for _, x := range c.all { w.Write(x) }
	})
	run := func(h http.Handler) func(n int) error {
		r, next := kit.Request(0), 0
		return func(n int) error {
			for range n { next++; kit.Aim(r, "/page/"+strconv.Itoa(next)); h.ServeHTTP(kit.NewDiscard(), r) }
			return nil
		}
	}
	b.Run("alone", func(b *testing.B) { b.ReportAllocs(); run(h)(b.N) })
	b.Run("larder", func(b *testing.B) {
		ca, _ := larder.Open(context.Background(), "memory://?max=64MiB")
		defer ca.Close()
		b.ReportAllocs(); run(ca.CachePage(time.Hour)(h))(b.N) })
	b.Logf("%d writes", len(c.all))
}

// TestZRatios runs the rows interleaved.
func TestZRatios(t *testing.T) {
	if os.Getenv("Z") == "" { t.Skip() }
	rounds, _ := strconv.Atoi(os.Getenv("Z"))
	for _, p := range [][3]string{{"miss","handler alone","larder"},{"fragment","whole","miss, memory"}} {
		var jobs []measure.Job
		for _, n := range p[1:] {
			r, _ := find(p[0], n)
			bb, err := r.Open(); if err != nil { t.Fatal(err) }
			defer bb.Close()
			jobs = append(jobs, measure.Job{Name: n, Run: bb.Run})
		}
		s, err := measure.Plan{Rounds: rounds, Slice: 300*time.Millisecond}.Run(jobs)
		if err != nil { t.Fatal(err) }
		wall, cpu := s[1].Ratio(s[0])
		a, b := s[0].Median(), s[1].Median()
		fmt.Printf("%-9s wall %.3f cpu %.3f  alone %.0fus larder %.0fus  allocs +%.1f bytes +%.0f\n", p[0], wall, cpu, a.CPU/1e3, b.CPU/1e3, b.Allocs-a.Allocs, b.Bytes-a.Bytes)
	}
}

func BenchmarkZFrag(b *testing.B) {
	const body = `{{range .Rows}}text of te{{end}}`
	type data struct { Version int; Rows []int }
	d := &data{Rows: make([]int, 1450)}
	var page bytes.Buffer
	b.Run("alone", func(b *testing.B) {
		t := template.Must(template.New("").Parse("<p>"+body))
		b.ReportAllocs()
		for range b.N { page.Reset(); d.Version++; t.Execute(&page, d) }
	})
	b.Run("larder", func(b *testing.B) {
		ca, _ := larder.Open(context.Background(), "memory://?max=64MiB")
		defer ca.Close()
		t := fragment.Must(fragment.New(ca, template.Must(template.New("").Funcs(fragment.Funcs()).Parse("<p>"+`{{cache "1h" "items" .Version}}`+body+`{{endcache}}`))))
		b.ReportAllocs()
		for range b.N { page.Reset(); d.Version++; t.Execute(context.Background(), &page, d) }
	})
}

// TestZMedian measures each request by itself.
func TestZMedian(t *testing.T) {
	if os.Getenv("ZM") == "" { t.Skip() }
	var its []zitem
	for i := range 114 { its = append(its, zitem{i, fmt.Sprintf("Item <%d> & co", i), fmt.Sprintf("user%d@example.com", i), float64(i) * 1.37, i%3 == 0}) }
	page := template.Must(template.New("").Parse(zt))
	data := map[string]any{"Title":"List","Items":its}
	var in time.Duration
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		at := time.Now()
		page.Execute(w, data)
		in = time.Since(at)
	})
	ca, _ := larder.Open(context.Background(), "memory://?max=64MiB")
	defer ca.Close()
	l := ca.CachePage(time.Hour)(h)
	r := kit.Request(0)
	const n = 6000
	var alone, inside, around []float64
	for i := range n {
		kit.Aim(r, "/page/"+strconv.Itoa(i))
		w := kit.NewDiscard()
		h.ServeHTTP(w, r)
		alone = append(alone, float64(in))
		w = kit.NewDiscard()
		at := time.Now()
		l.ServeHTTP(w, r)
		all := time.Since(at)
		inside = append(inside, float64(in))
		around = append(around, float64(all-in))
	}
	a, b, c := measure.Median(alone), measure.Median(inside), measure.Median(around)
	a2, b2, c2 := measure.Percentile(alone, 20), measure.Percentile(inside,20), measure.Percentile(around,20)
	fmt.Printf("page: alone %.0f inside %.0f around %.0f ns: +%.2f%%   p20 +%.2f%%\n", a, b, c, 100*((b+c)/a-1), 100*((b2+c2)/a2-1))
}

func TestZMedianFrag(t *testing.T) {
	if os.Getenv("ZM") == "" { t.Skip() }
	f := func(row string) func() {
		r, _ := find("fragment", row)
		b, err := r.Open(); if err != nil { t.Fatal(err) }
		t.Cleanup(b.Close)
		return func() { b.Run(1) }
	}
	whole, miss := f("whole"), f("miss, memory")
	var a, b []float64
	for range 6000 {
		at := time.Now(); whole(); a = append(a, float64(time.Since(at)))
		at = time.Now(); miss(); b = append(b, float64(time.Since(at)))
	}
	p := measure.Percentile
	fmt.Printf("fragment: whole %.0f miss %.0f ns: +%.2f%%  p20 +%.2f%%\n", p(a,50), p(b,50), 100*(p(b,50)/p(a,50)-1), 100*(p(b,20)/p(a,20)-1))
}
