package fragment

import (
	"maps"
	"text/template/parse"
)

// checkTags refuses what the author of one template has written wrong.
func checkTags(tree *parse.Tree) error {
	for n := range nodes(tree.Root.Nodes) {
		if err := checkWords(tree, n); err != nil {
			return err
		}
	}
	for l := range lists(tree.Root) {
		if err := checkPairs(tree, l.Nodes); err != nil {
			return err
		}
	}
	return nil
}

// checkWords refuses the five words where they mean nothing.
func checkWords(tree *parse.Tree, n parse.Node) (err error) {
	w := word(n)
	isTag := w == wordCache || w == wordEndcache
	operands(pipeline(n), func(c *parse.CommandNode, place *parse.Node) {
		if err != nil || isTag && place == &pipeline(n).Cmds[0].Args[0] {
			return
		}
		switch id := ident(*place); id {
		case wordCache, wordEndcache:
			err = mistake(tree, *place, "%s is a tag: it cannot stand in a pipeline or be a value", id)
		case wordTags, wordUsing:
			if w != wordCache {
				err = mistake(tree, *place, "%s belongs in a cache tag, in parentheses after the name", id)
			}
		case wordCtx:
			if c != nil && c.Args[0] == *place && len(c.Args) > 1 {
				err = mistake(tree, *place, "ctx takes no arguments")
			}
		}
	})
	return err
}

// checkPairs pairs the tags of one list and checks each block in it.
func checkPairs(tree *parse.Tree, ns []parse.Node) error {
	open := 0
	for i, n := range ns {
		switch word(n) {
		case wordCache:
			open++
			if err := checkBlock(tree, ns, i); err != nil {
				return err
			}
		case wordEndcache:
			if open--; open < 0 {
				return mistake(tree, n, "endcache without a cache before it in the same if, range, with or define")
			}
			if p := n.(*parse.ActionNode).Pipe; len(p.Decl) > 0 || len(p.Cmds) > 1 || len(p.Cmds[0].Args) > 1 {
				return mistake(tree, n, "endcache stands alone: {{endcache}}")
			}
		}
	}
	return nil
}

func checkBlock(tree *parse.Tree, ns []parse.Node, at int) error {
	t, err := readTag(tree, ns[at].(*parse.ActionNode))
	if err != nil {
		return err
	}
	end := closing(ns, at)
	if end < 0 {
		return mistake(tree, t.node, "cache block %q is not closed in the same if, range, with or define: write {{endcache}}", t.name)
	}
	body := ns[at+1 : end]
	if err := checkLeaving(tree, t, body, 0); err != nil {
		return err
	}
	return checkVariables(tree, t, body, ns[end+1:])
}

// checkLeaving refuses break and continue that would leave the block. Loops is
// the number of loops between them and the block.
func checkLeaving(tree *parse.Tree, t tag, ns []parse.Node, loops int) error {
	for _, n := range ns {
		switch n := n.(type) {
		case *parse.BreakNode, *parse.ContinueNode:
			if loops == 0 {
				return mistake(tree, n, "%s would leave cache block %q", n, t.name)
			}
		}
		b := branch(n)
		if b == nil {
			continue
		}
		inner := loops
		if b.NodeType == parse.NodeRange {
			inner++
		}
		if err := checkLeaving(tree, t, b.List.Nodes, inner); err != nil {
			return err
		}
		if b.ElseList == nil {
			continue
		}
		if err := checkLeaving(tree, t, b.ElseList.Nodes, loops); err != nil {
			return err
		}
	}
	return nil
}

// checkVariables refuses what a block would do to variables that live longer
// than it: on a hit nothing of it would happen.
func checkVariables(tree *parse.Tree, t tag, body, rest []parse.Node) error {
	declared := map[string]bool{}
	inside := walk{
		known:   declared,
		declare: func(known map[string]bool, name string) { known[name] = true },
		touch: func(known map[string]bool, v *parse.VariableNode, assigned bool) error {
			if !assigned || known[v.Ident[0]] {
				return nil
			}
			return mistake(tree, v, "cache block %q assigns %s, which is declared outside it", t.name, v.Ident[0])
		},
	}
	if err := inside.list(body); err != nil {
		return err
	}
	after := walk{
		known:   declared,
		declare: func(known map[string]bool, name string) { delete(known, name) },
		touch: func(known map[string]bool, v *parse.VariableNode, _ bool) error {
			if !known[v.Ident[0]] {
				return nil
			}
			return mistake(tree, v, "%s is declared in cache block %q and ends with it", v.Ident[0], t.name)
		},
	}
	return after.list(rest)
}

// A walk goes through nodes in the order of their execution, with a set of
// variable names that each if, range and with copies, as their scopes do.
type walk struct {
	known   map[string]bool
	declare func(known map[string]bool, name string)
	touch   func(known map[string]bool, v *parse.VariableNode, assigned bool) error
}

func (w walk) list(ns []parse.Node) error {
	for _, n := range ns {
		b := branch(n)
		if b == nil {
			if err := w.pipe(pipeline(n)); err != nil {
				return err
			}
			continue
		}
		if err := w.branch(b); err != nil {
			return err
		}
	}
	return nil
}

func (w walk) branch(b *parse.BranchNode) error {
	w.known = maps.Clone(w.known)
	if err := w.pipe(b.Pipe); err != nil {
		return err
	}
	inner := w
	inner.known = maps.Clone(w.known)
	if err := inner.list(b.List.Nodes); err != nil {
		return err
	}
	if b.ElseList == nil {
		return nil
	}
	return w.list(b.ElseList.Nodes)
}

// pipe evaluates the operands first and declares afterwards, as the execution
// does.
func (w walk) pipe(p *parse.PipeNode) (err error) {
	if p == nil {
		return nil
	}
	operands(p, func(_ *parse.CommandNode, place *parse.Node) {
		if err != nil {
			return
		}
		switch n := (*place).(type) {
		case *parse.VariableNode:
			err = w.touch(w.known, n, false)
		case *parse.PipeNode:
			err = w.declarations(n)
		}
	})
	if err != nil {
		return err
	}
	return w.declarations(p)
}

func (w walk) declarations(p *parse.PipeNode) error {
	for _, v := range p.Decl {
		if !p.IsAssign {
			w.declare(w.known, v.Ident[0])
		} else if err := w.touch(w.known, v, true); err != nil {
			return err
		}
	}
	return nil
}
