package fragment

import (
	"errors"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"text/template/parse"
)

// Names of templates that the compiler adds to its copies. No author has one
// of these, or their set would not deserve better.
const (
	trialName = "larder trial"
	allPages  = "larder all pages"
	probeName = "larder probe"
)

// What stands where in the HTML is known to html/template alone. It shows when
// it has escaped a set: a call from anywhere but element text is then a call
// of a copy with the place in its name. So in a copy of the set each tag
// becomes a call of an empty template, all pages are escaped, and the names
// are read back. A call changes no context and cannot fail.

// places is what the escaped copy tells.
type places struct {
	pages   []string                // templates that html/template takes as pages
	refused map[string]error        // what it says of the others
	text    map[string]bool         // templates that run in element text
	outside map[string]map[int]bool // calls, by template and number, that stand elsewhere
}

// locate finds the places of all blocks and calls. A block that does not stand
// in element text, from its first byte to its last, is an error.
func (s *source) locate() (*places, error) {
	p := &places{refused: map[string]error{}, text: map[string]bool{}, outside: map[string]map[int]bool{}}
	s.findPages(p)
	set := s.copy()
	marks := map[string]*marked{}
	for _, name := range s.names {
		marks[name] = mark(set.Lookup(name).Tree)
	}
	if err := escapeAll(add(set, probeName, ""), p.pages); err != nil {
		return nil, err
	}
	for _, page := range p.pages {
		s.follow(p, marks, page)
	}
	for _, name := range s.names {
		if err := marks[name].check(p.text[name]); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// follow notes everything that runs in element text when name does.
func (s *source) follow(p *places, marks map[string]*marked, name string) {
	if p.text[name] || marks[name] == nil {
		return
	}
	p.text[name], p.outside[name] = true, map[int]bool{}
	for i, call := range marks[name].calls {
		if callee := s.parts[name].calls[i]; call.Name == callee {
			s.follow(p, marks, callee)
		} else {
			p.outside[name][i] = true
		}
	}
}

// marked is a template whose tags have become calls of the probe.
type marked struct {
	tree  *parse.Tree
	tags  []parse.Node          // as written
	probe []*parse.TemplateNode // in their places
	calls []*parse.TemplateNode // those of the author
}

func mark(tree *parse.Tree) *marked {
	m := &marked{tree: tree}
	for n := range nodes(tree.Root.Nodes) {
		if call, ok := n.(*parse.TemplateNode); ok {
			m.calls = append(m.calls, call)
		}
	}
	for l := range lists(tree.Root) {
		for i, n := range l.Nodes {
			if w := word(n); w == wordCache || w == wordEndcache {
				probe := &parse.TemplateNode{NodeType: parse.NodeTemplate, Pos: n.Position(), Name: probeName}
				m.tags, m.probe = append(m.tags, n), append(m.probe, probe)
				l.Nodes[i] = probe
			}
		}
	}
	return m
}

// check refuses tags that html/template has met anywhere but in element text.
func (m *marked) check(escaped bool) error {
	for i, probe := range m.probe {
		if !escaped || probe.Name == probeName {
			continue
		}
		if word(m.tags[i]) == wordCache {
			return mistake(m.tree, m.tags[i], "a cache block stands in element text only; this one is in %s", spot(probe.Name))
		}
		return mistake(m.tree, m.tags[i], "a cache block ends in element text, where it began; this one ends in %s", spot(probe.Name))
	}
	return nil
}

// spot tells in words what html/template appends to the name of a copy.
func spot(name string) string {
	for _, s := range [...]struct{ part, words string }{
		{"elementScript", "a script"},
		{"elementStyle", "a style sheet"},
		{"elementTitle", "a title"},
		{"elementTextarea", "a textarea"},
		{"stateTag", "a tag"},
		{"stateAttrName", "a tag"},
		{"stateAfterName", "a tag"},
		{"stateHTMLCmt", "a comment"},
	} {
		if strings.Contains(name, s.part) {
			return s.words
		}
	}
	return "an attribute"
}

// errStop ends a trial once everything is escaped.
var errStop = errors.New("fragment: escaped")

// findPages asks html/template which templates it takes as pages, without the
// tags, and what it says of the others. Each is tried in a set of its own: a
// trial that succeeds has changed its set.
func (s *source) findPages(p *places) {
	stripped := s.strippedCopy()
	for _, name := range s.names {
		set := s.excerpt(stripped, name)
		template.Must(set.Parse(fmt.Sprintf("{{larder_stop}}{{template %q}}", name)))
		if err := set.Execute(io.Discard, nil); errors.Is(err, errStop) {
			p.pages = append(p.pages, name)
		} else {
			p.refused[name] = s.excerpt(stripped, name).ExecuteTemplate(io.Discard, name, nil)
		}
	}
}

// excerpt is a set of one template and what it reaches. It has no functions
// but one, so nothing of the author's is ever executed.
func (s *source) excerpt(stripped *template.Template, name string) *template.Template {
	set := template.New(trialName).Funcs(template.FuncMap{"larder_stop": func() (string, error) { return "", errStop }})
	for _, reached := range s.reach(name) {
		if p := s.parts[reached]; p != nil {
			template.Must(set.AddParseTree(reached, stripped.Lookup(reached).Tree.Copy()))
		} else if stripped.Lookup(reached) != nil {
			set.New(reached)
		}
	}
	return set
}

// strippedCopy is a copy of the set without the tags.
func (s *source) strippedCopy() *template.Template {
	set := s.copy()
	for _, name := range s.names {
		for l := range lists(set.Lookup(name).Tree.Root) {
			l.Nodes = slices.DeleteFunc(l.Nodes, func(n parse.Node) bool {
				w := word(n)
				return w == wordCache || w == wordEndcache
			})
		}
	}
	return set
}

// add adds a template of the compiler's own, in the usual delimiters whatever
// those of the set are.
func add(set *template.Template, name, text string) *template.Template {
	template.Must(set.New(name).Delims("", "").Parse(text))
	return set
}

// escapeAll has html/template escape all pages, and what they call, at once:
// by a branch that is never taken. Escaped one by one, the result would depend
// on the order.
func escapeAll(set *template.Template, pages []string) error {
	var b strings.Builder
	for _, name := range pages {
		fmt.Fprintf(&b, "{{if false}}{{template %q}}{{end}}", name)
	}
	err := add(set, allPages, b.String()).ExecuteTemplate(io.Discard, allPages, nil)
	if e := (*template.Error)(nil); errors.As(err, &e) {
		// Its own message would look for the text around nodes that have none.
		return fmt.Errorf("fragment: html/template refuses the compiled set: %s", e.Description)
	}
	return err
}
