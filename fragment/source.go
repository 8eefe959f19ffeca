package fragment

import (
	"fmt"
	"html/template"
	"slices"
	"text/template/parse"
)

// A source is a set as its author wrote it. Nobody executes it; what has to be
// tried is tried on copies.
type source struct {
	set   *template.Template
	names []string // of the templates that have a body, sorted
	parts map[string]*part
}

// A part is one template of a source.
type part struct {
	name   string
	tree   *parse.Tree
	blocks []*block // in the order in which their tags are written
	calls  []string // names of the templates called, in the order of the calls
	ctx    bool     // the word ctx occurs
	cached bool     // a block can be met from here
	scoped bool     // a block or the word ctx can be met from here
}

// read copies a set and looks through it. Mistakes in its tags are errors.
func read(t *template.Template) (*source, error) {
	set, err := t.Clone()
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrExecuted, err)
	}
	s := &source{set: set, parts: map[string]*part{}}
	for _, x := range set.Templates() {
		if x.Tree != nil && x.Tree.Root != nil {
			s.names = append(s.names, x.Name())
			s.parts[x.Name()] = &part{name: x.Name(), tree: x.Tree}
		}
	}
	slices.Sort(s.names)
	for _, name := range s.names {
		if err := s.parts[name].read(); err != nil {
			return nil, err
		}
	}
	if err := s.readBlocks(); err != nil {
		return nil, err
	}
	s.climb()
	return s, nil
}

func (p *part) read() error {
	if err := checkTags(p.tree); err != nil {
		return err
	}
	for n := range nodes(p.tree.Root.Nodes) {
		if call, ok := n.(*parse.TemplateNode); ok {
			p.calls = append(p.calls, call.Name)
		}
		p.ctx = p.ctx || mentionsCtx(n)
	}
	return nil
}

// readBlocks comes after all parts were read, since the digest of a block
// needs the templates that it reaches.
func (s *source) readBlocks() error {
	for _, name := range s.names {
		p := s.parts[name]
		for l := range lists(p.tree.Root) {
			for i, n := range l.Nodes {
				if word(n) != wordCache {
					continue
				}
				t, err := readTag(p.tree, n.(*parse.ActionNode))
				if err != nil {
					return err
				}
				p.blocks = append(p.blocks, newBlock(p.tree, t, s.digest(l.Nodes[i:closing(l.Nodes, i)])))
			}
		}
		slices.SortStableFunc(p.blocks, func(a, b *block) int { return int(a.pos - b.pos) })
	}
	return nil
}

func mentionsCtx(n parse.Node) (found bool) {
	operands(pipeline(n), func(_ *parse.CommandNode, place *parse.Node) {
		found = found || ident(*place) == wordCtx
	})
	return found
}

// copy is another copy of the set, which may be changed and executed.
func (s *source) copy() *template.Template {
	// A set that was never executed can always be copied.
	return template.Must(s.set.Clone())
}

// reach is what can be executed from a template, itself first.
func (s *source) reach(name string) []string {
	seen := map[string]bool{name: true}
	order := []string{name}
	for i := 0; i < len(order); i++ {
		p := s.parts[order[i]]
		if p == nil {
			continue
		}
		for _, c := range p.calls {
			if !seen[c] {
				seen[c] = true
				order = append(order, c)
			}
		}
	}
	return order
}

// climb gives each template what is known of those that it reaches.
func (s *source) climb() {
	for _, p := range s.parts {
		for _, name := range s.reach(p.name) {
			if q := s.parts[name]; q != nil {
				p.cached = p.cached || len(q.blocks) > 0
				p.scoped = p.scoped || len(q.blocks) > 0 || q.ctx
			}
		}
	}
}

// cached reports whether a block can be met from a template.
func (s *source) cached(name string) bool {
	p := s.parts[name]
	return p != nil && p.cached
}

// scoped reports whether a template needs to know the execution it belongs to.
// All others stay as they are.
func (s *source) scoped(name string) bool {
	p := s.parts[name]
	return p != nil && p.scoped
}
