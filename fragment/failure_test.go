package fragment

import (
	"bytes"
	"errors"
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

type panicky struct{ armed bool }

func (p panicky) Write(b []byte) (int, error) {
	if p.armed && string(b) == "x" {
		panic(bomb{})
	}
	return len(b), nil
}

func TestPanicReleasesTheBlock(t *testing.T) {
	a := newApp(t, `{{cache 60 "n"}}{{count}}x{{endcache}}`)
	func() {
		defer func() {
			if recover() != (bomb{}) {
				t.Error("the panic did not arrive")
			}
		}()
		a.Execute(t.Context(), panicky{true}, nil)
	}()
	a.want(t, nil, "2x")
	a.want(t, nil, "2x")
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
