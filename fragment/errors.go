package fragment

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
)

// ErrExecuted is what [New] wraps when the set was executed before: from then
// on html/template lets nobody copy or change it.
var ErrExecuted = errors.New("fragment: the set was executed before; compile it first")

// ErrNotCompiled is what the functions of [Funcs] return when a template was
// executed as it is, without [New].
var ErrNotCompiled = errors.New("fragment: the template was not compiled; execute what fragment.New returns")

// An Error is a mistake in a template, found by [New].
type Error struct {
	Template string // name of the template, or of the file, that was parsed
	Line     int    // from 1
	Column   int    // in bytes from 0, as html/template counts
	Reason   string // what is wrong and what is allowed
}

// Error gives the place in the form name:line:column.
func (e *Error) Error() string {
	return fmt.Sprintf("fragment: %s:%d:%d: %s", e.Template, e.Line, e.Column, e.Reason)
}

// mistake is an Error at the place of n, which stands in tree.
func mistake(tree *parse.Tree, n parse.Node, format string, args ...any) error {
	e := placed(tree, n)
	e.Reason = fmt.Sprintf(format, args...)
	return &e
}

func placed(tree *parse.Tree, n parse.Node) (e Error) {
	e.Template, e.Line, e.Column = place(tree, n)
	return e
}

// place is where n is written.
func place(tree *parse.Tree, n parse.Node) (name string, line, column int) {
	name, _ = tree.ErrorContext(n)
	name, column = cutNumber(name)
	name, line = cutNumber(name)
	return name, line, column
}

// cutNumber splits "x:12" into its parts.
func cutNumber(s string) (string, int) {
	i := strings.LastIndexByte(s, ':')
	n, _ := strconv.Atoi(s[i+1:])
	return s[:i], n
}

// respell puts the author's spelling back into the error of an execution: the
// message and the name of the template become those of the set as written.
// What the error wraps stays reachable.
func respell(err error) error {
	exec, ok := err.(texttemplate.ExecError)
	if !ok {
		return err
	}
	name, text := authors(exec.Name), authors(exec.Err.Error())
	if name == exec.Name && text == exec.Err.Error() {
		return err
	}
	return texttemplate.ExecError{Name: name, Err: &respelled{text, exec.Err}}
}

type respelled struct {
	text  string
	cause error
}

func (e *respelled) Error() string { return e.text }
func (e *respelled) Unwrap() error { return errors.Unwrap(e.cause) }

// authors undoes in s what the compiler writes differently from the author
// where a message can show it: the name of a twin, and the argument of a call.
func authors(s string) string {
	s = strings.ReplaceAll(s, twinSuffix, "")
	before, call, found := strings.Cut(s, " "+funcPass+" "+scopeName)
	if !found {
		return s
	}
	if data, ok := strings.CutPrefix(call, " ("); ok {
		return before + " " + strings.Replace(data, ")}}>", "}}>", 1)
	}
	return before + call
}
