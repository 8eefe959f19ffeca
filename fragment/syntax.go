package fragment

import (
	"iter"
	"text/template/parse"
)

// The words that an author writes. They are functions as far as the parser of
// html/template can tell.
const (
	wordCache    = "cache"
	wordEndcache = "endcache"
	wordTags     = "tags"
	wordUsing    = "using"
	wordCtx      = "ctx"
)

// word is the name of the function that an action begins with, "" if it begins
// with anything else.
func word(n parse.Node) string {
	a, ok := n.(*parse.ActionNode)
	if !ok || len(a.Pipe.Cmds) == 0 {
		return ""
	}
	return ident(a.Pipe.Cmds[0].Args[0])
}

// ident is the name of the function that n is, "" if it is none.
func ident(n parse.Node) string {
	if id, ok := n.(*parse.IdentifierNode); ok {
		return id.Ident
	}
	return ""
}

// branch is what if, range and with have in common, nil for other nodes.
func branch(n parse.Node) *parse.BranchNode {
	switch n := n.(type) {
	case *parse.IfNode:
		return &n.BranchNode
	case *parse.RangeNode:
		return &n.BranchNode
	case *parse.WithNode:
		return &n.BranchNode
	}
	return nil
}

// pipeline is what a node evaluates itself, nil if there is nothing.
func pipeline(n parse.Node) *parse.PipeNode {
	switch n := n.(type) {
	case *parse.ActionNode:
		return n.Pipe
	case *parse.TemplateNode:
		return n.Pipe
	}
	if b := branch(n); b != nil {
		return b.Pipe
	}
	return nil
}

// lists yields l and all lists inside it.
func lists(l *parse.ListNode) iter.Seq[*parse.ListNode] {
	return func(yield func(*parse.ListNode) bool) { eachList(l, yield) }
}

func eachList(l *parse.ListNode, yield func(*parse.ListNode) bool) bool {
	if l == nil {
		return true
	}
	if !yield(l) {
		return false
	}
	for _, n := range l.Nodes {
		if b := branch(n); b != nil && !(eachList(b.List, yield) && eachList(b.ElseList, yield)) {
			return false
		}
	}
	return true
}

// nodes yields ns and everything inside them, in the order in which it is
// written. All that counts tags or calls counts them in this order.
func nodes(ns []parse.Node) iter.Seq[parse.Node] {
	return func(yield func(parse.Node) bool) { eachNode(ns, yield) }
}

func eachNode(ns []parse.Node, yield func(parse.Node) bool) bool {
	for _, n := range ns {
		if !yield(n) {
			return false
		}
		b := branch(n)
		if b == nil {
			continue
		}
		if !eachNode(b.List.Nodes, yield) {
			return false
		}
		if b.ElseList != nil && !eachNode(b.ElseList.Nodes, yield) {
			return false
		}
	}
	return true
}

// operands calls visit for the place of every operand of p, outer ones first,
// with the command that it belongs to: nil for what a chain such as (f).X
// begins with. Visit may put another node into the place.
func operands(p *parse.PipeNode, visit func(c *parse.CommandNode, place *parse.Node)) {
	if p == nil {
		return
	}
	for _, c := range p.Cmds {
		for i := range c.Args {
			operand(c, &c.Args[i], visit)
		}
	}
}

func operand(c *parse.CommandNode, place *parse.Node, visit func(*parse.CommandNode, *parse.Node)) {
	visit(c, place)
	switch n := (*place).(type) {
	case *parse.PipeNode:
		operands(n, visit)
	case *parse.ChainNode:
		operand(nil, &n.Node, visit)
	}
}

// closing is the index in ns of the endcache that belongs to the cache tag at
// ns[at], -1 if the list has none.
func closing(ns []parse.Node, at int) int {
	depth := 0
	for i := at; i < len(ns); i++ {
		switch word(ns[i]) {
		case wordCache:
			depth++
		case wordEndcache:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}
