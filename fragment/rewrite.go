package fragment

import (
	"strconv"
	"text/template/parse"
)

// Names that no author can write, for variables that every compiled template
// may have. Those for the data are chosen so that messages read as if nothing
// had happened: a lone dot prints as "." and .X as "" followed by ".X".
const (
	scopeName = "larder scope"
	dotName   = "."
	fieldName = ""
	endName   = "larder end"
)

// twinSuffix makes the name of a template's twin, which has no blocks.
const twinSuffix = " (larder: no blocks)"

// A rewriter compiles one template. Its data becomes an *env, from which the
// first actions take the scope and the author's own data; each block becomes
//
//	{{if larder_block_7 scope vary…}} body {{end := larder_end scope}}{{end}}
type rewriter struct {
	source  *source
	tree    *parse.Tree
	first   int          // number of the template's first block in the set
	outside map[int]bool // calls that stand elsewhere than in element text
	strip   bool         // leave out the blocks

	block, call           int  // met so far
	dot, field, data, ctx bool // needed
	swaps                 []swap
}

func (r *rewriter) rewrite() {
	root := r.tree.Root
	root.Nodes = r.list(root.Nodes, true)
	perform(r.tree, r.swaps)
	root.Nodes = append(r.prologue(), root.Nodes...)
}

// prologue declares the variables that the template needs.
func (r *rewriter) prologue() []parse.Node {
	ns := []parse.Node{declare(scopeName, &parse.DotNode{NodeType: parse.NodeDot})}
	var data parse.Node
	for _, v := range [...]struct {
		name   string
		needed bool
	}{{"$", r.data}, {dotName, r.dot}, {fieldName, r.field}} {
		switch {
		case !v.needed:
		case data == nil:
			ns = append(ns, declare(v.name, parse.NewIdentifier(funcData), variable(scopeName)))
			data = variable(v.name)
		default:
			ns = append(ns, declare(v.name, data))
		}
	}
	if r.ctx {
		ns = append(ns, declareCtx())
	}
	return ns
}

func declareCtx() parse.Node {
	return declare(wordCtx, parse.NewIdentifier(funcCtx), variable(scopeName))
}

// list compiles one list of nodes. Root: dot is still the template's data.
func (r *rewriter) list(ns []parse.Node, root bool) []parse.Node {
	out := make([]parse.Node, 0, len(ns))
	for i := 0; i < len(ns); i++ {
		n := ns[i]
		switch word(n) {
		case wordEndcache:
		case wordCache:
			if r.strip {
				continue
			}
			end := closing(ns, i)
			out = append(out, r.cacheBlock(n.(*parse.ActionNode), ns[i+1:end], root))
			i = end
		default:
			r.node(n, root)
			out = append(out, n)
		}
	}
	return out
}

func (r *rewriter) node(n parse.Node, root bool) {
	switch n := n.(type) {
	case *parse.ActionNode:
		r.pipe(n.Pipe, root)
	case *parse.TemplateNode:
		r.template(n, root)
	}
	b := branch(n)
	if b == nil {
		return
	}
	r.pipe(b.Pipe, root)
	b.List.Nodes = r.list(b.List.Nodes, root && b.NodeType == parse.NodeIf)
	if b.ElseList != nil {
		b.ElseList.Nodes = r.list(b.ElseList.Nodes, root)
	}
}

// template passes the scope on, in company of the data.
func (r *rewriter) template(n *parse.TemplateNode, root bool) {
	nth := r.call
	r.call++
	r.pipe(n.Pipe, root)
	if r.source.scoped(n.Name) {
		c := command(parse.NewIdentifier(funcPass).SetPos(n.Pos), variable(scopeName))
		if n.Pipe != nil {
			c.Args = append(c.Args, n.Pipe)
		}
		n.Pipe = pipe(c)
	}
	if (r.strip || r.outside[nth]) && r.source.cached(n.Name) {
		n.Name += twinSuffix
	}
}

func (r *rewriter) cacheBlock(a *parse.ActionNode, body []parse.Node, root bool) parse.Node {
	t, _ := readTag(r.tree, a) // was read before, without an error
	nth := r.first + r.block
	r.block++
	begin := parse.NewIdentifier(funcBlock + strconv.Itoa(nth)).SetPos(a.Pos)
	c := command(append([]parse.Node{begin, variable(scopeName)}, t.arguments()...)...)
	n := &parse.IfNode{BranchNode: parse.BranchNode{NodeType: parse.NodeIf, Pos: a.Pos, Pipe: pipe(c)}}
	r.pipe(n.Pipe, root)
	n.List = &parse.ListNode{NodeType: parse.NodeList, Pos: a.Pos}
	for inner := range nodes(body) {
		if mentionsCtx(inner) {
			n.List.Nodes = append(n.List.Nodes, declareCtx())
			break
		}
	}
	n.List.Nodes = append(n.List.Nodes, r.list(body, root)...)
	n.List.Nodes = append(n.List.Nodes, declare(endName, parse.NewIdentifier(funcEnd).SetPos(a.Pos), variable(scopeName)))
	return n
}

// pipe turns what an author writes for the data and the context into
// variables.
func (r *rewriter) pipe(p *parse.PipeNode, root bool) {
	operands(p, func(_ *parse.CommandNode, place *parse.Node) {
		switch n := (*place).(type) {
		case *parse.ChainNode:
			*place = ownChain(n)
		case *parse.VariableNode:
			r.data = r.data || n.Ident[0] == "$"
		case *parse.IdentifierNode:
			if n.Ident == wordCtx {
				r.ctx = true
				r.swaps = append(r.swaps, swap{place, []string{wordCtx}})
			}
		case *parse.DotNode:
			if root {
				r.dot = true
				r.swaps = append(r.swaps, swap{place, []string{dotName}})
			}
		case *parse.FieldNode:
			if root {
				r.field = true
				r.swaps = append(r.swaps, swap{place, append([]string{fieldName}, n.Ident...)})
			}
		}
	})
}

// ownChain is a copy of n that shares nothing with it: the parser's own copy
// of a chain shares the node that the chain begins with.
func ownChain(n *parse.ChainNode) *parse.ChainNode {
	c := *n
	c.Node = n.Node.Copy()
	return &c
}
