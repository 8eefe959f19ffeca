package fragment

import (
	"html/template"
	"reflect"
	"slices"
	"strconv"
)

// A set is a compiled set of templates. It does not change any more.
type set struct {
	html    *template.Template
	blocks  []*block
	scoped  map[string]*memory // templates whose data is an *env, and nil for others
	refused map[string]error   // templates that html/template does not take as pages
}

// compile makes a set of what the author wrote.
func compile(t *template.Template) (*set, error) {
	src, err := read(t)
	if err != nil {
		return nil, err
	}
	p, err := src.locate()
	if err != nil {
		return nil, err
	}
	s := &set{html: src.copy().Funcs(runtime), scoped: map[string]*memory{}, refused: p.refused}
	for _, name := range src.names {
		s.scoped[name] = nil
		if src.scoped(name) {
			s.scoped[name] = new(memory)
			src.rewriter(s, p, name).rewrite()
		}
		s.blocks = append(s.blocks, src.parts[name].blocks...)
	}
	s.html.Funcs(s.functions())
	if err := src.addTwins(s, p); err != nil {
		return nil, err
	}
	return s, escapeAll(s.html, p.pages)
}

// rewriter compiles a template of s as it runs in element text. One that never
// does has no blocks.
func (src *source) rewriter(s *set, p *places, name string) *rewriter {
	return &rewriter{source: src, tree: s.html.Lookup(name).Tree, first: len(s.blocks), outside: p.outside[name], strip: !p.text[name]}
}

// addTwins adds a twin without blocks of each template that holds blocks, or
// reaches some, and is called from elsewhere than element text.
func (src *source) addTwins(s *set, p *places) error {
	twins := src.copy()
	for _, name := range src.twins(p) {
		r := &rewriter{source: src, tree: twins.Lookup(name).Tree, strip: true}
		r.rewrite()
		if _, err := s.html.AddParseTree(name+twinSuffix, r.tree); err != nil {
			return err
		}
	}
	return nil
}

// twins are the names of the templates that need a twin.
func (src *source) twins(p *places) (names []string) {
	for _, name := range src.names {
		for i, callee := range src.parts[name].calls {
			if p.text[name] && !p.outside[name][i] {
				continue
			}
			for _, reached := range src.reach(callee) {
				if src.cached(reached) {
					names = append(names, reached)
				}
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// env is the data of a compiled template. It travels as a reflect.Value all the
// way: nil, absent and addressable data would be something else as an any.
type env struct {
	scope *scope
	data  reflect.Value
}

// Names of the functions that compiled templates call. Each block has one of
// its own, which ends in its number.
const (
	funcBlock = "larder_block_"
	funcEnd   = "larder_end"
	funcData  = "larder_data"
	funcPass  = "larder_pass"
	funcCtx   = "larder_ctx"
)

var runtime = template.FuncMap{
	funcEnd:   (*env).end,
	funcData:  func(e *env) reflect.Value { return e.data },
	funcPass:  (*env).pass,
	funcCtx:   (*env).context,
	wordTags:  func(tags ...any) tagged { return tagged(tags) },
	wordUsing: func(alias any) using { return using{alias} },
}

// functions are those that begin the blocks.
func (s *set) functions() template.FuncMap {
	m := template.FuncMap{}
	for i, b := range s.blocks {
		m[funcBlock+strconv.Itoa(i)] = b.function()
	}
	return m
}

// function is begin as templates call it. What text/template packs into a slice
// for a function of many arguments costs more than the rest of a hit.
func (b *block) function() any {
	switch b.arguments {
	case 0:
		return func(e *env) (bool, error) { return e.begin(b) }
	case 1:
		return func(e *env, x any) (bool, error) { return e.begin(b, x) }
	case 2:
		return func(e *env, x, y any) (bool, error) { return e.begin(b, x, y) }
	}
	return func(e *env, args ...any) (bool, error) { return e.begin(b, args...) }
}

// pass is the data of a template that is called with data, or without.
func (e *env) pass(data ...reflect.Value) *env {
	if len(data) == 0 {
		return &env{scope: e.scope}
	}
	return &env{e.scope, data[0]}
}
