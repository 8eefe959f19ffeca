package housetest

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
)

// modFile is what the tests want to know of a go.mod, as go mod edit prints it.
type modFile struct {
	Module  struct{ Path string }
	Go      string
	Replace []struct {
		Old struct{ Path string }
		New struct{ Path, Version string }
	}
}

func goMod(t *testing.T, dir string) (m modFile) {
	t.Helper()
	decode(t, dir, &m, "mod", "edit", "-json")
	return m
}

func decode(t *testing.T, dir string, into any, args ...string) {
	t.Helper()
	out, err := goCommand(dir, args...)
	if err == nil {
		err = json.Unmarshal(out, into)
	}
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
}

// A nested module is named for its folder, says the same Go version as the
// library, and takes the library from the tree, so that it builds alone.
func TestNestedModulesStandOnTheLibraryBesideThem(t *testing.T) {
	library := goMod(t, ".")
	if library.Module.Path != path || len(library.Replace) > 0 {
		t.Errorf("the root module is %s with %d replacements; want %s and none: they would not hold for its users", library.Module.Path, len(library.Replace), path)
	}
	for _, dir := range modules(t)[1:] {
		m := goMod(t, dir)
		if want := path + "/" + filepath.ToSlash(dir); m.Module.Path != want {
			t.Errorf("%s/go.mod names the module %s, want %s", dir, m.Module.Path, want)
		}
		if m.Go != library.Go {
			t.Errorf("%s/go.mod says go %s, the library go %s", dir, m.Go, library.Go)
		}
		for _, r := range m.Replace {
			if r.New.Version != "" || !slices.Contains(modules(t), filepath.Join(dir, r.New.Path)) {
				t.Errorf("%s/go.mod replaces %s by %s, which is no module of this tree", dir, r.Old.Path, r.New.Path)
			}
		}
	}
}

// The benchmarks may stay outside: their rivals' requirements would decide the
// versions that everything else in the workspace is built with.
func TestTheWorkspaceHoldsEveryModule(t *testing.T) {
	var work struct {
		Use []struct{ DiskPath string }
	}
	decode(t, ".", &work, "work", "edit", "-json", "go.work")
	there, used := modules(t), map[string]bool{"bench": true}
	for _, u := range work.Use {
		dir := filepath.Clean(u.DiskPath)
		used[dir] = true
		if !slices.Contains(there, dir) {
			t.Errorf("go.work uses %s, which is no module", dir)
		}
	}
	for _, dir := range there {
		if !used[dir] {
			t.Errorf("go.work does not use %s: add it, so that go run ./%s works from the root", dir, dir)
		}
	}
}
