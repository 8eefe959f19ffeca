package fragment

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"

	"github.com/larder-go/larder"
)

// TestFailureStoresNothing: by an error, in the block or in one inside it, by a
// panic, or by the page's writer.
func TestFailureStoresNothing(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"function", `{{cache 60 "n"}}{{count}}{{failIf .}}{{endcache}}`},
		{"inside another", `{{cache 60 "n"}}{{count}}{{cache 60 "i"}}{{failIf .}}{{endcache}}{{endcache}}`},
		{"in a template", `{{cache 60 "n"}}{{count}}{{template "t" .}}{{endcache}}{{define "t"}}{{failIf .}}{{end}}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newApp(t, c.text)
			var b strings.Builder
			if err := a.Execute(t.Context(), &b, true); !errors.Is(err, errOops) {
				t.Fatalf("got %v, want oops", err)
			}
			if b.String() != "1" {
				t.Errorf("wrote %q before the error, want 1", b.String())
			}
			a.want(t, false, "2ok")
			a.want(t, true, "2ok")
		})
	}
}

// bomb panics in a way that html/template does not turn into an error.
type bomb struct{}

// explode is something to range over.
func explode(func(int) bool) { panic(bomb{}) }

type panicky struct{ strings.Builder }

func (p *panicky) Write(b []byte) (int, error) {
	if p.Builder.Write(b); strings.HasSuffix(p.String(), "x") {
		panic(bomb{})
	}
	return len(b), nil
}

// bombed executes the template and catches the bomb.
func (a *app) bombed(t *testing.T, w io.Writer, data any) {
	t.Helper()
	defer func() {
		if got := recover(); got != (bomb{}) {
			t.Errorf("the panic did not arrive: %v", got)
		}
	}()
	a.Execute(t.Context(), w, data)
}

// TestPanicReleasesTheBlock: nothing of it is kept, and the page has got what
// came before the panic.
func TestPanicReleasesTheBlock(t *testing.T) {
	a := newApp(t, `{{cache 60 "n"}}{{count}}x{{range .}}{{end}}{{endcache}}`)
	var b strings.Builder
	a.bombed(t, &b, explode)
	if b.String() != "1x" {
		t.Errorf("wrote %q before the panic, want 1x", b.String())
	}
	a.want(t, nil, "2x")
	a.want(t, nil, "2x")
}

// TestPanicOfTheWriter: by then the block is kept, and it is written once.
func TestPanicOfTheWriter(t *testing.T) {
	a := newApp(t, `{{cache 60 "n"}}{{count}}x{{endcache}}`)
	var w panicky
	a.bombed(t, &w, nil)
	if w.String() != "1x" {
		t.Errorf("wrote %q, want 1x", w.String())
	}
	a.want(t, nil, "1x")
	a.bombed(t, new(panicky), nil) // on a hit too
}

// limited takes n bytes and fails.
type limited struct {
	n int
	b bytes.Buffer
}

var errFull = errors.New("full")

func (l *limited) Write(p []byte) (int, error) {
	if room := l.n - l.b.Len(); room < len(p) {
		l.b.Write(p[:room])
		return room, errFull
	}
	return l.b.Write(p)
}

// TestWriterFails: wherever the writer fails, its error comes back as it is and
// nothing of an unfinished block is kept.
func TestWriterFails(t *testing.T) {
	const text = `a{{cache 60 "o"}}b{{.}}{{cache 60 "i"}}c{{endcache}}d{{endcache}}e`
	const page = "abxcde"
	for n := range len(page) {
		a := newApp(t, text)
		for _, round := range []string{"miss", "hit"} {
			w := &limited{n: n}
			err := a.Execute(t.Context(), w, "x")
			if err != errFull {
				t.Errorf("%s, after %d bytes: got %v, want the writer's error", round, n, err)
			}
			if got := w.b.String(); got != page[:n] {
				t.Errorf("%s, after %d bytes: wrote %q, want %q", round, n, got, page[:n])
			}
			if round == "miss" {
				a.want(t, "x", page)
			}
		}
	}
}

// TestWriterAndTemplateFail: which of the two errors comes back is decided by
// the bytes before them, as in html/template, although a block that fails has
// written nothing until then.
func TestWriterAndTemplateFail(t *testing.T) {
	x := example{text: `a{{cache 60 "o"}}b{{cache 60 "i"}}c{{endcache}}d{{failIf .}}e{{endcache}}f`, data: true}
	plain, err := x.parse(withoutTags(x.text), nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		want, got := &limited{n: n}, &limited{n: n}
		wantErr := plain.Execute(want, x.data)
		a := newApp(t, x.text)
		gotErr := a.Execute(t.Context(), got, x.data)
		if g, w := resultOf(&got.b, gotErr), resultOf(&want.b, wantErr); g != w {
			t.Errorf("after %d bytes:\n  got   %s\n  want  %s", n, g, w)
		}
	}
}

// broken is a store that cannot be reached.
type broken struct{}

func TestStoreIsDown(t *testing.T) {
	a := &app{}
	c := larder.New(broken{}, larder.WithLogger(slog.New(slog.DiscardHandler)))
	defer c.Close()
	a.compile(t, c, `a{{cache 60 "n"}}{{count}}{{endcache}}b`)
	a.want(t, nil, "a1b")
	a.want(t, nil, "a2b")
}

func TestCacheIsClosed(t *testing.T) {
	a := newApp(t, `a{{cache 60 "n"}}{{count}}{{endcache}}b`)
	a.want(t, nil, "a1b")
	a.cache.Close()
	a.want(t, nil, "a2b")
}
