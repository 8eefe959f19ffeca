package housetest

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEveryPackageTeachesInItsDocGo(t *testing.T) {
	for _, dir := range modules(t) {
		for _, p := range list(t, dir, "./...") {
			if !slices.Contains(p.GoFiles, "doc.go") {
				t.Errorf("%s has no doc.go", p.ImportPath)
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(p.Dir, "doc.go"), nil, parser.ParseComments|parser.PackageClauseOnly)
			if err != nil {
				t.Fatal(err)
			}
			if why := teachesNot(f); why != "" {
				t.Errorf("%s/doc.go %s", p.name(), why)
			}
		}
	}
}

// teachesNot is what a package comment lacks, "" if nothing.
func teachesNot(f *ast.File) string {
	text := strings.TrimSpace(f.Doc.Text())
	first := new(doc.Package).Synopsis(text)
	switch {
	case text == "":
		return "has no package comment"
	case f.Name.Name != "main" && !strings.HasPrefix(text, "Package "+f.Name.Name+" "):
		return "does not begin with \"Package " + f.Name.Name + "\""
	case len(strings.Fields(text)) <= len(strings.Fields(first)):
		return "has a single sentence; say when to use the package, and what to look out for"
	}
	return ""
}

func TestOnlyDocGoHoldsAPackageComment(t *testing.T) {
	for _, name := range files(t) {
		if !strings.HasSuffix(name, ".go") || filepath.Base(name) == "doc.go" {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.HasPrefix(f.Doc.Text(), "Package ") {
			t.Errorf("%s has a second package comment; say it in doc.go", name)
		}
	}
}

// link finds the target of an inline link or picture in Markdown.
var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

func TestLinksOfDocumentsLeadSomewhere(t *testing.T) {
	for _, name := range files(t) {
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(read(t, name), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.Dir(name), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", name, target)
			}
		}
	}
}
