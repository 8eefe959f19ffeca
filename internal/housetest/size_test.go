package housetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// What a reader can hold in mind. Tests may be longer: a table is read a line
// at a time.
const (
	longestFunction = 80
	longestFile     = 500
)

func TestFunctionsAndFilesCanBeRead(t *testing.T) {
	for _, name := range files(t) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := fset.File(f.FileStart).LineCount(); n > longestFile {
			t.Errorf("%s has %d lines, at most %d: it holds more than one idea", name, n, longestFile)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := fset.Position(fn.End()).Line - fset.Position(fn.Pos()).Line + 1; n > longestFunction {
				t.Errorf("%s: func %s has %d lines, at most %d", name, fn.Name.Name, n, longestFunction)
			}
		}
	}
}
