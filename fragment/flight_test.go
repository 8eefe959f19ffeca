package fragment

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestOneRender: a hundred ask for a cold block at once, one renders it.
func TestOneRender(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t, `{{cache 60 "n"}}{{count}}{{call .}}{{endcache}}`)
		slow := func() string { time.Sleep(time.Second); return "!" }
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if got := a.render(t, slow); got != "1!" {
					t.Errorf("got %q", got)
				}
			})
		}
		wg.Wait()
		a.cache.Close()
	})
}

// TestBlocksDoNotWaitInACircle: two pages hold the same two blocks, one inside
// the other, the other way round.
func TestBlocksDoNotWaitInACircle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newApp(t, `{{define "ab"}}{{template "a" .}}{{end}}{{define "ba"}}{{template "b" .}}{{end}}`+
			`{{define "a"}}{{cache 60 "a"}}a{{call .sleep}}{{if lt (call .deeper) 3}}{{template "b" .}}{{end}}{{endcache}}{{end}}`+
			`{{define "b"}}{{cache 60 "b"}}b{{call .sleep}}{{if lt (call .deeper) 3}}{{template "a" .}}{{end}}{{endcache}}{{end}}`)
		var wg sync.WaitGroup
		start := time.Now()
		for _, page := range []string{"ab", "ba"} {
			wg.Go(func() {
				depth := 0
				data := map[string]any{
					"sleep":  func() string { time.Sleep(time.Second); return "" },
					"deeper": func() int { depth++; return depth },
				}
				if err := a.ExecuteTemplate(t.Context(), io.Discard, page, data); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if d := time.Since(start); d > 9*time.Second {
			t.Errorf("took %v: somebody waited in vain", d)
		}
		a.cache.Close()
	})
}

// slow is a client that takes half a minute for each write.
type slow struct{ strings.Builder }

func (s *slow) Write(p []byte) (int, error) {
	time.Sleep(30 * time.Second)
	return s.Builder.Write(p)
}

// TestSlowClientHoldsNobodyUp: who renders a block gives it to the others before
// their own client has taken a byte of it, also of a block inside it, and also
// when it fails.
func TestSlowClientHoldsNobodyUp(t *testing.T) {
	const list = `{{cache 60 "list"}}{{count}}{{range .}}<i>{{cache 60 "item" .}}{{.}}{{endcache}}</i>{{end}}`
	for _, c := range []struct {
		name, text, slow, next string
		data                   []int
	}{
		{"kept", list + `{{endcache}}!`, "1<i>1</i>!", "1<i>1</i>!", []int{1}},
		{"failed", list + `{{index . 1}}{{endcache}}`, "1<i>1</i>", "2<i>1</i><i>2</i>2", []int{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := newApp(t, c.text)
				var w slow
				var wg sync.WaitGroup
				wg.Go(func() { a.Execute(t.Context(), &w, []int{1}) })
				synctest.Wait()
				start := time.Now()
				a.want(t, c.data, c.next)
				if d := time.Since(start); d != 0 {
					t.Errorf("waited %v for another one's client", d)
				}
				wg.Wait()
				if w.String() != c.slow {
					t.Errorf("the slow client got %q, want %q", w.String(), c.slow)
				}
				a.cache.Close()
			})
		})
	}
}

// TestBlockInItself: the same key inside itself is rendered, not waited for.
func TestBlockInItself(t *testing.T) {
	a := newApp(t, `{{define "root"}}{{cache 60 "n"}}{{count}}{{if .}}{{template "root" (slice . 1)}}{{end}}{{endcache}}{{end}}`)
	a.want(t, "xx", "123")
}

func TestConcurrentExecutions(t *testing.T) {
	a := newApp(t, `{{range .}}{{cache 60 "n" .}}[{{.}}{{cache 60 "i" .}}{{who ctx}}{{endcache}}]{{endcache}}{{end}}`)
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 50 {
				n := (g + i) % 7
				want := fmt.Sprintf("[%d&lt;me&gt;][%d&lt;me&gt;]", n, n+1)
				if got := a.renderIn(t, testContext(), []int{n, n + 1}); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
		})
	}
	wg.Wait()
}
