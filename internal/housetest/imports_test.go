package housetest

import (
	"slices"
	"strings"
	"testing"
)

// plan says which packages of the library a package may import; the standard
// library and other people's modules are not its subject. A name that ends in
// "/*" stands for all packages below. The first line that fits a package
// counts. What a test imports is free.
//
// Read it as floors: each one stands on those above it in this list.
var plan = []struct {
	packages string
	may      string
	why      string
}{
	{"store observe vary", "",
		"contracts stand on nothing, so that anybody can implement or read them alone"},
	{"internal/field internal/servertest", "",
		"syntax of HTTP fields, and tools of tests, know nothing of caching"},
	{"internal/conditional", "internal/field", "preconditions are judged by fields alone"},
	{"internal/policy", "internal/field internal/conditional",
		"the policy is a pure function of messages and times"},
	{"store/all", "store/dummystore store/memcachestore store/memstore store/redisstore store/filestore",
		"it only brings the backends"},
	{"store/*", "store observe", "a store moves bytes and knows neither tags nor HTTP"},
	{"readthrough", "store observe internal/*", "the engine knows no medium and no backend"},
	{"cachepage", "readthrough store observe vary internal/*",
		"a face knows its medium and the engine; whatever the store, it works the same"},
	{".", "cachepage readthrough store store/memstore observe vary internal/*",
		"the facade puts everything together; of the backends it embeds only its default"},
	{"fragment", ". readthrough observe internal/*",
		"templates stand beside pages: neither face needs the other"},
	{"*", "public", "apps, tools and add-ons use what every user can use"},
}

func TestImportsFollowThePlan(t *testing.T) {
	for _, dir := range modules(t) {
		for _, p := range list(t, dir, "./...") {
			for _, imported := range p.Imports {
				if ours(imported) {
					checkImport(t, p.name(), short(imported))
				}
			}
		}
	}
}

func checkImport(t *testing.T, importer, imported string) {
	t.Helper()
	for _, line := range plan {
		if !fits(line.packages, importer) {
			continue
		}
		if !allowed(line.may, importer, imported) {
			t.Errorf("%s imports %s; it may import of the library: %s\n\t(%s)\n\tMove the code to where it belongs, or change the plan here and in docs/design.md.",
				importer, imported, orNothing(line.may), line.why)
		}
		return
	}
}

func allowed(may, importer, imported string) bool {
	if may == "public" {
		return !strings.HasPrefix(imported, "internal/") || strings.HasPrefix(importer, "internal/")
	}
	return fits(may, imported)
}

func orNothing(may string) string {
	if may == "" {
		return "nothing"
	}
	return may
}

// fits reports whether a list of patterns holds name.
func fits(patterns, name string) bool {
	for p := range strings.FieldsSeq(patterns) {
		below, all := strings.CutSuffix(p, "*")
		if p == name || all && strings.HasPrefix(name, below) {
			return true
		}
	}
	return false
}

// A package that nobody has placed would fall to the last line of the plan,
// which is for what stands outside the library. One that holds nothing but tests
// needs no place.
func TestEveryLibraryPackageHasAPlaceInThePlan(t *testing.T) {
	outside := "cmd/* examples/* inspect larderprom larderotel lardertest"
	for _, p := range list(t, ".", "./...") {
		placed := slices.ContainsFunc(plan[:len(plan)-1], func(line struct{ packages, may, why string }) bool {
			return fits(line.packages, p.name())
		})
		onlyTests := slices.Equal(p.GoFiles, []string{"doc.go"}) && len(p.Imports) == 0
		if !placed && !onlyTests && !fits(outside, p.name()) {
			t.Errorf("package %s has no line in the plan: say what it may import, and why", p.name())
		}
	}
}

func TestThePlanCatchesABreach(t *testing.T) {
	tests := []struct {
		importer, imported string
		ok                 bool
	}{
		{"store", "observe", false},
		{"store/redisstore", "store", true},
		{"store/redisstore", "readthrough", false},
		{"store/memstore", "store/redisstore", false},
		{"readthrough", "store/memstore", false},
		{"readthrough", "cachepage", false},
		{"cachepage", "internal/policy", true},
		{"cachepage", "store/memstore", false},
		{"cachepage", ".", false},
		{".", "store/memstore", true},
		{".", "store/redisstore", false},
		{"fragment", ".", true},
		{"fragment", "cachepage", false},
		{"examples/shop", "store/all", true},
		{"examples/shop/web", "internal/field", false},
	}
	for _, test := range tests {
		for _, line := range plan {
			if !fits(line.packages, test.importer) {
				continue
			}
			if got := allowed(line.may, test.importer, test.imported); got != test.ok {
				t.Errorf("%s imports %s: allowed %v, want %v", test.importer, test.imported, got, test.ok)
			}
			break
		}
	}
}
