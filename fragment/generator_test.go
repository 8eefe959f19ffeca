package fragment

import (
	"fmt"
	"strings"
)

// A thing is the data of generated templates: each has an ID of its own, so
// that a block can vary on whatever it shows.
type thing struct {
	ID   int
	Name string
	Kids []*thing
	Text []string
}

func (t *thing) Upper() string { return strings.ToUpper(t.Name) }

func things(depth int, id *int) *thing {
	*id++
	t := &thing{ID: *id, Name: fmt.Sprintf("<%d> & \"co\"", *id), Text: []string{"a'b", "</script>"}}
	for range depth {
		t.Kids = append(t.Kids, things(depth-1, id))
	}
	return t
}

// variable of a generated template.
type genVar struct {
	name  string
	thing bool // else text
	own   bool // declared in the innermost block
}

// A generator turns bytes into templates: each byte is one decision. Out of
// bytes, every decision is the plainest.
type generator struct {
	bytes []byte
	out   strings.Builder
	named int
	tmpl  int // number of the template being written

	vars  []genVar
	thing bool // what dot is
	loops int  // between here and the innermost block
	deep  int
}

const genTemplates = 4

func (g *generator) pick(n int) int {
	if len(g.bytes) == 0 {
		return 0
	}
	b := g.bytes[0]
	g.bytes = g.bytes[1:]
	return int(b) % n
}

func (g *generator) write(s ...string) {
	for _, s := range s {
		g.out.WriteString(s)
	}
}

func generate(data []byte) example {
	g := &generator{bytes: data}
	for i := range genTemplates {
		g.tmpl, g.vars, g.thing, g.loops = i, nil, true, 0
		g.write(`{{define "`, []string{"page", "one", "two", "three"}[i], `"}}`)
		g.body(3 + g.pick(4))
		g.write("{{end}}\n")
	}
	return example{text: g.out.String()}
}

// action writes an action, with trim markers now and then.
func (g *generator) action(s string) {
	switch g.pick(8) {
	case 1:
		g.write("\n {{- ", s, "}}")
	case 2:
		g.write("{{", s, " -}} \n")
	default:
		g.write("{{", s, "}}")
	}
}

func (g *generator) body(n int) {
	g.deep++
	defer func() { g.deep-- }()
	for range n {
		if g.deep > 6 {
			g.write("deep")
			return
		}
		g.piece()
	}
}

// scoped writes a body whose variables end with it.
func (g *generator) scoped(n int) {
	vars := len(g.vars)
	g.body(n)
	g.vars = g.vars[:vars]
}

func (g *generator) piece() {
	switch g.pick(16) {
	case 0:
		g.write(g.one("text ", "<b>bold</b>", "<br>\n", " & ", " < ", "<!-- gone -->", "</i>", "\n  "))
	case 1, 2, 3:
		g.block()
	case 4, 5:
		g.action(g.expression())
	case 6:
		g.conditional()
	case 7:
		g.loop()
	case 8:
		g.with()
	case 9:
		g.call()
	case 10:
		g.place()
	case 11:
		g.declare()
	case 12:
		g.assign()
	case 13:
		g.leave()
	case 14:
		g.action(g.one("who ctx", "ctx | who", "ctx.Err"))
	case 15:
		g.wrong()
	}
}

func (g *generator) one(of ...string) string { return of[g.pick(len(of))] }

// block writes a block that varies on everything it could show.
func (g *generator) block() {
	g.named++
	args := []string{fmt.Sprintf("%q", fmt.Sprint("n", g.named)), "$.ID", g.identity(".", g.thing)}
	for _, v := range g.vars {
		args = append(args, g.identity(v.name, v.thing))
	}
	if g.pick(4) == 1 {
		args = append(args, `(tags "t" (print "x" 1))`)
	}
	ttl := g.one("60", `"1h"`, "nil", "0", "(len $.Text)", "(len .Text)")
	if !g.thing {
		ttl = g.one("60", "(len .)")
	}
	g.action("cache " + ttl + " " + strings.Join(args, " "))
	vars, loops := append([]genVar(nil), g.vars...), g.loops
	for i := range g.vars {
		g.vars[i].own = false
	}
	g.loops = 0
	g.body(1 + g.pick(4))
	g.vars, g.loops = vars, loops
	g.action("endcache")
}

func (g *generator) identity(name string, thing bool) string {
	switch {
	case !thing:
		return name
	case name == ".":
		return ".ID"
	}
	return name + ".ID"
}

// expression is something that can be printed.
func (g *generator) expression() string {
	if n := len(g.vars); n > 0 && g.pick(3) == 1 {
		v := g.vars[g.pick(n)]
		if v.thing {
			return v.name + ".Name"
		}
		return v.name
	}
	if !g.thing {
		return g.one(".", `printf "%s!" .`, ". | upper", "$.Name", "len .")
	}
	return g.one(".Name", ".ID", ".Upper", "$.Name", "(index .Text 0)", `printf "%d-%s" .ID .Name`, "len .Kids", "(index .Text 1) | upper", ".Text", "html .Name", ".Name | urlquery")
}

func (g *generator) conditional() {
	g.action("if " + g.condition())
	g.scoped(1 + g.pick(2))
	switch g.pick(3) {
	case 1:
		g.action("else")
		g.scoped(1)
	case 2:
		g.action("else if " + g.condition())
		g.scoped(1)
		g.action("else")
		g.scoped(1)
	}
	g.action("end")
}

func (g *generator) condition() string {
	if !g.thing {
		return g.one(".", "not .", `eq . "a'b"`)
	}
	return g.one(".Kids", "not .Kids", "eq .ID 2", "and .Kids .Name", "gt .ID 3")
}

func (g *generator) loop() {
	if !g.thing {
		g.write("no loop")
		return
	}
	over, thing := ".Kids", true
	if g.pick(3) == 1 {
		over, thing = ".Text", false
	}
	vars := len(g.vars)
	if g.pick(2) == 1 {
		g.named++
		v := genVar{fmt.Sprint("$v", g.named), thing, true}
		g.action(fmt.Sprintf("range $i%d, %s := %s", g.named, v.name, over))
		g.vars = append(g.vars, v)
	} else {
		g.action("range " + over)
	}
	g.thing, g.loops = thing, g.loops+1
	g.scoped(1 + g.pick(3))
	g.thing, g.loops = true, g.loops-1
	g.vars = g.vars[:vars]
	if g.pick(3) == 1 {
		g.action("else")
		g.scoped(1)
	}
	g.action("end")
}

func (g *generator) with() {
	if !g.thing {
		g.action("with $")
		g.thing = true
		g.scoped(1)
		g.thing = false
		g.action("end")
		return
	}
	if g.pick(2) == 0 {
		g.action("with .Name")
		g.thing = false
	} else {
		g.action("with $")
	}
	g.scoped(1 + g.pick(2))
	g.thing = true
	if g.pick(3) == 1 {
		g.action("else with .Text")
		g.write("never")
		g.action("else")
		g.scoped(1)
	}
	g.action("end")
}

// call calls a template further down, so that there is an end.
func (g *generator) call() {
	if g.tmpl == genTemplates-1 {
		g.write("last")
		return
	}
	next := g.tmpl + 1 + g.pick(genTemplates-1-g.tmpl)
	data := "$"
	if g.thing {
		data = g.one(".", "$")
	}
	g.action(fmt.Sprintf(`template "%s" %s`, []string{"page", "one", "two", "three"}[next], data))
}

// place writes an element in which other rules of escaping hold. Blocks are
// met there only through calls.
func (g *generator) place() {
	open, shut := `<p title="`, `">p</p>`
	switch g.pick(8) {
	case 1:
		open, shut = "<script>var x = ", ";</script>"
	case 2:
		open, shut = `<a href="/?q=`, `">a</a>`
	case 3:
		open, shut = "<textarea>", "</textarea>"
	case 4:
		open, shut = "<style>p { color: ", " }</style>"
	case 5:
		open, shut = "<!-- ", " -->"
	case 6:
		open, shut = `<a onclick="f(`, `)">a</a>`
	case 7:
		open, shut = "<b ", ">b</b>"
	}
	g.write(open)
	switch g.pick(4) {
	case 0, 1:
		g.action(g.expression())
	case 2:
		g.call()
	case 3:
		g.action("if " + g.condition())
		g.action(g.expression())
		g.action("end")
	}
	g.write(shut)
}

func (g *generator) declare() {
	g.named++
	v := genVar{name: fmt.Sprint("$v", g.named), own: true}
	if g.thing && g.pick(3) == 1 {
		v.thing = true
		g.action(v.name + " := .")
	} else {
		g.action(v.name + " := " + g.one(`"x"`, "$.Name", "$.ID"))
	}
	g.vars = append(g.vars, v)
}

// assign assigns to a variable of the innermost block, or to any outside of
// blocks.
func (g *generator) assign() {
	for i := len(g.vars) - 1; i >= 0; i-- {
		if v := g.vars[i]; v.own && !v.thing {
			g.action(v.name + " = " + g.one(`"y"`, "$.Name"))
			return
		}
	}
	g.write("nothing to assign")
}

func (g *generator) leave() {
	if g.loops > 0 {
		g.action(g.one("break", "continue"))
	}
}

// wrong writes an error of the execution, seldom; or a part of an element.
func (g *generator) wrong() {
	switch g.pick(12) {
	case 1:
		g.action("fail")
	case 2:
		g.action("$.Nope")
	case 3:
		g.action(".Nope")
	case 4:
		g.action(`printf "%s" (index $.Text 9)`)
	case 5:
		g.action(`upper $`)
	case 6:
		g.write(g.one(`<a href="`, `">`, "<title>", "</title>", "<script>", "</script>"))
	default:
		g.write("right")
	}
}
