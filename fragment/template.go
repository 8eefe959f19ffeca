package fragment

import (
	"context"
	"html/template"
	"io"
	"io/fs"
	"path"
	"reflect"
	"sync/atomic"

	"github.com/larder-go/larder"
)

// A Template is a compiled set of templates. It may be executed by any number
// of goroutines at once.
type Template struct {
	cache *larder.Cache // nil: larder.Default()
	home  atomic.Pointer[home]
	set   *set
	parse func() (*template.Template, error) // instead of set: compiled anew each time
}

// New compiles a copy of a set that was parsed with [Funcs] and not yet
// executed; the set itself stays as it is. Blocks are kept in c, or in the
// cache that was opened beside it under the alias template_fragments. A nil c
// stands for larder.Default(), looked up at each execution.
//
// A mistake in a template is an [*Error] with its place. All templates are
// escaped now, so what html/template has to say about them, it says here or,
// of those that are only parts of pages, when they are executed as pages.
func New(c *larder.Cache, t *template.Template) (*Template, error) {
	r := &Template{cache: c}
	s, err := r.compile(t)
	if err != nil {
		return nil, err
	}
	r.set = s
	return r, nil
}

// compile makes a set for the cache of t. Larder.Default() may be another one
// at each execution, so without a cache nobody knows the aliases yet.
func (t *Template) compile(parsed *template.Template) (*set, error) {
	s, err := compile(parsed)
	if err == nil && t.cache != nil {
		err = s.checkAliases(t.currentHome())
	}
	return s, err
}

// checkAliases looks for the caches that blocks name as literal text.
func (s *set) checkAliases(h *home) error {
	for _, b := range s.blocks {
		if _, err := h.engine(b.alias); err != nil {
			return b.mistake(err)
		}
	}
	return nil
}

// ParseFS parses files as html/template.ParseFS does and compiles them. It is
// for sets that need no functions but those of [Funcs]; parse others with
// html/template and give them to [New]. The root template is the first file.
func ParseFS(c *larder.Cache, fsys fs.FS, patterns ...string) (*Template, error) {
	t, err := template.New("").Funcs(Funcs()).ParseFS(fsys, patterns...)
	if err != nil {
		return nil, err
	}
	first, err := fs.Glob(fsys, patterns[0]) // was good enough for html/template
	if err != nil {
		return nil, err
	}
	return New(c, t.Lookup(path.Base(first[0])))
}

// Must returns t, and panics if err is not nil. It is for variables that are
// set at the start of a program.
func Must(t *Template, err error) *Template {
	if err != nil {
		panic(err)
	}
	return t
}

// Reload is for development: the set is parsed and compiled anew before each
// execution, so that an edited template shows at once. A block whose source,
// or anything it reaches, was edited is a new block; all others are still met
// in the cache. What parse and [New] return as an error, the execution does.
func Reload(c *larder.Cache, parse func() (*template.Template, error)) *Template {
	return &Template{cache: c, parse: parse}
}

// Execute executes the template that New was given, as
// html/template.Template.Execute does. The bytes written and the errors are the
// same as if there were no blocks; only what a hit spares is not executed.
//
// Ctx is what the word ctx stands for outside of blocks. Give the context of
// the request: inside larder's CachePage, tags then climb to the page.
func (t *Template) Execute(ctx context.Context, w io.Writer, data any) error {
	s, err := t.load()
	if err != nil {
		return err
	}
	if _, ok := s.scoped[s.html.Name()]; !ok {
		return s.html.Execute(w, data)
	}
	return t.run(ctx, s, w, s.html.Name(), data)
}

// ExecuteTemplate is Execute for the template of the set with the given name.
func (t *Template) ExecuteTemplate(ctx context.Context, w io.Writer, name string, data any) error {
	s, err := t.load()
	if err != nil {
		return err
	}
	return t.run(ctx, s, w, name, data)
}

// load is the compiled set, made anew under Reload.
func (t *Template) load() (*set, error) {
	if t.parse == nil {
		return t.set, nil
	}
	parsed, err := t.parse()
	if err != nil {
		return nil, err
	}
	return t.compile(parsed)
}

func (t *Template) run(ctx context.Context, s *set, w io.Writer, name string, data any) error {
	if err := s.refused[name]; err != nil {
		return err
	}
	if s.scoped[name] == nil {
		return s.html.ExecuteTemplate(w, name, data)
	}
	v, ok := data.(reflect.Value)
	if !ok {
		v = reflect.ValueOf(data)
	}
	sc := newScope(ctx, s, t.currentHome(), w, name)
	defer sc.close()
	sc.root = env{sc, v}
	err := s.html.ExecuteTemplate(sc, name, &sc.root)
	if err == nil {
		sc.page.remember()
	} else {
		sc.abandon()
	}
	switch {
	case sc.panic != nil:
		panic(sc.panic)
	case sc.failed != nil:
		return sc.failed
	}
	return respell(err)
}

// currentHome is where the blocks are kept at the moment.
func (t *Template) currentHome() *home {
	c := t.cache
	if c == nil {
		c = larder.Default()
	}
	h := t.home.Load()
	if h == nil || h.cache != c {
		h = newHome(c)
		t.home.Store(h)
	}
	return h
}
