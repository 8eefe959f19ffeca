package housetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the top of the tree, seen from this package.
const root = "../.."

// path is the import path of the root module.
const path = "github.com/larder-go/larder"

// pkg is what the tests want to know of a package.
type pkg struct {
	ImportPath string
	Dir        string
	Standard   bool
	Module     *struct{ Path string }
	GoFiles    []string
	Imports    []string
}

// name is the import path as the tables write it: without that of the root
// module, which itself is ".".
func (p pkg) name() string { return short(p.ImportPath) }

func short(importPath string) string {
	if importPath == path {
		return "."
	}
	return strings.TrimPrefix(importPath, path+"/")
}

func ours(importPath string) bool {
	return importPath == path || strings.HasPrefix(importPath, path+"/")
}

// list runs go list in a folder of the tree, for the module there alone.
func list(t *testing.T, dir string, args ...string) (pkgs []pkg) {
	t.Helper()
	out, err := goCommand(dir, append([]string{"list", "-json=ImportPath,Dir,Standard,Module,GoFiles,Imports"}, args...)...)
	if err != nil {
		t.Errorf("%s: %v", dir, err)
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return pkgs
		}
		if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

// goCommand runs the go command without the workspace and without leave to
// change a go.mod.
func goCommand(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join(root, dir)
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly -buildvcs=false")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.New("go " + strings.Join(args, " ") + ": " + err.Error() + "\n" + stderr.String())
	}
	return out, nil
}

// modules are the folders with a go.mod, as paths from the root: "." first.
func modules(t *testing.T) (dirs []string) {
	t.Helper()
	for _, file := range files(t) {
		if filepath.Base(file) == "go.mod" {
			dirs = append(dirs, filepath.Dir(file))
		}
	}
	slices.Sort(dirs)
	if len(dirs) < 2 || dirs[0] != "." {
		t.Fatalf("modules found: %q; want the root and at least one nested one", dirs)
	}
	return dirs
}

// skipped is what no commit holds. In a worktree of git, .git is a file.
var skipped = []string{".git", "node_modules"}

// files are all files of the tree, as paths from the root.
func files(t *testing.T) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(skipped, d.Name()) && d.IsDir():
			return fs.SkipDir
		case slices.Contains(skipped, d.Name()):
			return nil
		case d.Type().IsRegular():
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
