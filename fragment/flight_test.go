package fragment

import (
	"fmt"
	"io"
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
