package fragment

import (
	"slices"
	"text/template/parse"
	"time"
)

// A tag is what stands in {{cache …}}.
type tag struct {
	node  *parse.ActionNode
	name  string
	ttl   parse.Node    // nil when it is literal:
	life  time.Duration // then this
	vary  []parse.Node
	tags  []*parse.CommandNode // each (tags …)
	using *parse.CommandNode   // (using …)
}

// readTag takes {{cache …}} apart and refuses what can be seen to be wrong.
func readTag(tree *parse.Tree, a *parse.ActionNode) (tag, error) {
	t := tag{node: a}
	if len(a.Pipe.Decl) > 0 || len(a.Pipe.Cmds) != 1 {
		return t, mistake(tree, a, "cache is a tag: it cannot stand in a pipeline or be assigned")
	}
	args := a.Pipe.Cmds[0].Args[1:]
	if len(args) < 2 {
		return t, mistake(tree, a, `cache needs a TTL and a name, as in {{cache "15m" "side"}}`)
	}
	if err := t.readTTL(tree, args[0]); err != nil {
		return t, err
	}
	name, ok := args[1].(*parse.StringNode)
	if !ok || name.Text == "" {
		return t, mistake(tree, args[1], "the name of a cache block is %s; it must be literal text that is not empty", args[1])
	}
	t.name = name.Text
	for _, n := range args[2:] {
		if err := t.readOption(tree, n); err != nil {
			return t, err
		}
	}
	if err := t.refuseStrayWords(tree); err != nil {
		return t, err
	}
	return t, t.refuseDeclarations(tree)
}

func (t *tag) readTTL(tree *parse.Tree, n parse.Node) error {
	v, literal := literalTTL(n)
	if !literal {
		t.ttl = n
		return nil
	}
	life, err := lifetime(v)
	if err != nil || life < 0 {
		return mistake(tree, n, "the TTL of a cache block is %s; %v", n, errTTL)
	}
	t.life = life
	return nil
}

// literalTTL is the value of n, unless only the execution can know it.
func literalTTL(n parse.Node) (v any, literal bool) {
	switch n := n.(type) {
	case *parse.NilNode:
		return nil, true
	case *parse.StringNode:
		return n.Text, true
	case *parse.BoolNode:
		return n.True, true
	case *parse.NumberNode:
		switch {
		case n.IsInt:
			return n.Int64, true
		case n.IsFloat:
			return n.Float64, true
		}
		return n.Complex128, true
	}
	return nil, false
}

// readOption reads what follows the name: a vary value, (tags …) or (using …).
func (t *tag) readOption(tree *parse.Tree, n parse.Node) error {
	switch n := n.(type) {
	case *parse.PipeNode:
		switch ident(n.Cmds[0].Args[0]) {
		case wordTags, wordUsing:
			return t.readWord(tree, n)
		}
	case *parse.IdentifierNode:
		if n.Ident == wordTags || n.Ident == wordUsing {
			return mistake(tree, n, `%s stands in parentheses, as in (%[1]s "catalog")`, n.Ident)
		}
	case *parse.NumberNode:
		if !n.IsInt && !n.IsFloat {
			return mistake(tree, n, "the vary value %s is a complex number; %s", n, errVary)
		}
	}
	t.vary = append(t.vary, n)
	return nil
}

func (t *tag) readWord(tree *parse.Tree, p *parse.PipeNode) error {
	c := p.Cmds[0]
	w, args := ident(c.Args[0]), c.Args[1:]
	switch {
	case len(p.Cmds) != 1:
		return mistake(tree, p, "%s cannot stand in a pipeline", w)
	case len(args) == 0:
		return mistake(tree, p, `%s needs text, as in (%[1]s "catalog")`, w)
	case w == wordUsing && len(args) > 1:
		return mistake(tree, p, `using takes one alias, as in (using "fragments")`)
	case w == wordUsing && t.using != nil:
		return mistake(tree, p, "a cache block has one (using …)")
	}
	for _, a := range args {
		if _, bad := text(a); bad {
			return mistake(tree, a, "%s is given %s; it takes text that is not empty", w, a)
		}
	}
	if w == wordUsing {
		t.using = c
	} else {
		t.tags = append(t.tags, c)
	}
	return nil
}

// text is the text that n is, if it is literal. Bad: it is literal but cannot
// be a tag or an alias.
func text(n parse.Node) (s string, bad bool) {
	switch n := n.(type) {
	case *parse.StringNode:
		return n.Text, n.Text == ""
	case *parse.NumberNode, *parse.BoolNode, *parse.NilNode:
		return "", true
	}
	return "", false
}

// refuseStrayWords refuses tags and using where the block would not hear them:
// in the place of the TTL, or inside another argument.
func (t *tag) refuseStrayWords(tree *parse.Tree) (err error) {
	operands(t.node.Pipe, func(c *parse.CommandNode, place *parse.Node) {
		w := ident(*place)
		if err != nil || w != wordTags && w != wordUsing {
			return
		}
		heard := c != nil && place == &c.Args[0] && (c == t.using || slices.Contains(t.tags, c))
		if !heard {
			err = mistake(tree, *place, "%s stands in parentheses after the name, not in another argument", w)
		}
	})
	return err
}

// refuseDeclarations refuses ($x := …) among the arguments: the variable would
// end with the block, and without it there would be none.
func (t *tag) refuseDeclarations(tree *parse.Tree) (err error) {
	operands(t.node.Pipe, func(_ *parse.CommandNode, place *parse.Node) {
		if p, ok := (*place).(*parse.PipeNode); ok && len(p.Decl) > 0 && err == nil {
			err = mistake(tree, p, "a cache tag cannot declare or assign %s", p.Decl[0])
		}
	})
	return err
}

// literalTags are the tags of the block that are literal text.
func (t *tag) literalTags() (tags []string) {
	for _, c := range t.tags {
		for _, a := range c.Args[1:] {
			if s, _ := text(a); s != "" {
				tags = append(tags, s)
			}
		}
	}
	return tags
}

// literalAlias is the alias that the block names as literal text, "" if none.
func (t *tag) literalAlias() string {
	if t.using == nil {
		return ""
	}
	s, _ := text(t.using.Args[1])
	return s
}

// arguments are the operands that only the execution can evaluate: the TTL, the
// vary values and whatever of (tags …) and (using …) is not literal.
func (t *tag) arguments() (args []parse.Node) {
	if t.ttl != nil {
		args = append(args, t.ttl)
	}
	args = append(args, t.vary...)
	for _, c := range t.tags {
		if open := nonLiteral(c); open != nil {
			args = append(args, open)
		}
	}
	if t.using != nil && t.literalAlias() == "" {
		args = append(args, nonLiteral(t.using))
	}
	return args
}

// nonLiteral is c with the arguments that are not literal, in parentheses; nil
// when all are.
func nonLiteral(c *parse.CommandNode) parse.Node {
	open := command(c.Args[0])
	for _, a := range c.Args[1:] {
		if s, _ := text(a); s == "" {
			open.Args = append(open.Args, a)
		}
	}
	if len(open.Args) == 1 {
		return nil
	}
	return pipe(open)
}

// command, pipe, declare and variable make nodes by hand. They know of
// no tree, so no error may ever be reported at one of them; see shadow.go.
func command(args ...parse.Node) *parse.CommandNode {
	return &parse.CommandNode{NodeType: parse.NodeCommand, Pos: args[0].Position(), Args: args}
}

func pipe(c *parse.CommandNode) *parse.PipeNode {
	return &parse.PipeNode{NodeType: parse.NodePipe, Pos: c.Pos, Cmds: []*parse.CommandNode{c}}
}

func declare(name string, args ...parse.Node) *parse.ActionNode {
	p := pipe(command(args...))
	p.Decl = []*parse.VariableNode{variable(name)}
	return &parse.ActionNode{NodeType: parse.NodeAction, Pos: p.Pos, Pipe: p}
}

func variable(name string) *parse.VariableNode {
	return &parse.VariableNode{NodeType: parse.NodeVariable, Ident: []string{name}}
}
