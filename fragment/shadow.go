package fragment

import (
	"cmp"
	"slices"
	"strings"
	"text/template/parse"
)

// An error of an execution is reported at a node, and the place comes from the
// text of the tree that the node was parsed into. Nobody outside the parser
// can say which tree that is. So where the compiler puts a variable in the
// place of a dot, it takes it from a shadow: a tree that was parsed from a
// text of nothing but blanks and line breaks, in which the same line and
// column exist.

// A swap is an operand that becomes a variable.
type swap struct {
	place *parse.Node
	name  []string // of the variable, and the fields after it
}

// perform puts the variables in their places.
func perform(tree *parse.Tree, swaps []swap) {
	if len(swaps) == 0 {
		return
	}
	spots := make([]spotAt, len(swaps))
	for i, s := range swaps {
		_, line, column := place(tree, *s.place)
		spots[i] = spotAt{line, column}
	}
	name, _, _ := place(tree, *swaps[0].place)
	sh := newShadow(name, spots)
	for i, s := range swaps {
		*s.place = sh.variable(spots[i], s.name)
	}
}

type spotAt struct{ line, column int }

type shadow struct {
	starts []int // of each line
	model  *parse.VariableNode
}

func newShadow(name string, spots []spotAt) *shadow {
	widths := make([]int, slices.MaxFunc(spots, func(a, b spotAt) int { return cmp.Compare(a.line, b.line) }).line)
	for _, s := range spots {
		widths[s.line-1] = max(widths[s.line-1], s.column)
	}
	var b strings.Builder
	sh := &shadow{}
	for _, w := range widths {
		sh.starts = append(sh.starts, b.Len())
		b.WriteString(strings.Repeat(" ", w) + "\n")
	}
	b.WriteString("{{$}}")
	tree := parse.New(name)
	// The text is always the same but for its blanks: it parses.
	_, _ = tree.Parse(b.String(), "", "", map[string]*parse.Tree{})
	a := tree.Root.Nodes[len(tree.Root.Nodes)-1].(*parse.ActionNode)
	sh.model = a.Pipe.Cmds[0].Args[0].(*parse.VariableNode)
	return sh
}

func (sh *shadow) variable(at spotAt, name []string) *parse.VariableNode {
	v := sh.model.Copy().(*parse.VariableNode)
	v.Ident = name
	v.Pos = parse.Pos(sh.starts[at.line-1] + at.column)
	return v
}
