package housetest

import (
	"cmp"
	"maps"
	"slices"
	"testing"
)

// linked are the modules that an app links when it imports the root package,
// each with the reason why every user should carry it.
var linked = map[string]string{
	"github.com/maypok86/otter/v2":  "the default store, in memory",
	"github.com/klauspost/compress": "gzip and zstd of cachepage.Compress, in a fraction of the standard library's time",
	"github.com/andybalholm/brotli": "br of cachepage.Compress",
	"github.com/dunglas/httpsfv":    "structured fields of HTTP: Cache-Status, No-Vary-Search",
}

// never are packages that the root package must not bring along.
var never = map[string]string{
	"database/sql":      "only SQL stores need it, and their users import them",
	"expvar":            "importing it publishes a page of internals on the default mux",
	"html/template":     "it is for package fragment; a program without templates should not link it",
	"text/template":     "the linker keeps every exported method of a program that links it",
	"net/http/httptest": "it is for tests",
	"net/http/pprof":    "importing it publishes profiles on the default mux",
	"testing":           "it is for tests and registers flags",
}

func TestTheRootPackageLinksOnlyWhatItMust(t *testing.T) {
	met := map[string]bool{}
	for _, p := range list(t, ".", "-deps", ".") {
		if why, bad := never[p.ImportPath]; bad {
			t.Errorf("an app that imports %s links %s: %s", path, p.ImportPath, why)
		}
		if p.Standard || p.Module == nil || p.Module.Path == path {
			continue
		}
		if _, ok := linked[p.Module.Path]; !ok && !met[p.Module.Path] {
			t.Errorf("an app that imports %s links %s (package %s). Keep it out, or add it to this list and to docs/design.md with the reason why every user should carry it",
				path, p.Module.Path, p.ImportPath)
		}
		met[p.Module.Path] = true
	}
	for _, m := range slices.Sorted(maps.Keys(linked)) {
		if !met[m] {
			t.Errorf("%s is listed as linked and is not any more: take it off the list", m)
		}
	}
}

// shunned are packages that no package of the library imports itself.
var shunned = map[string]string{
	"encoding/gob": "it builds whatever type the bytes ask for; what lies in a store is not trusted",
	"log":          "the caller chooses the logger; use the engine's log/slog one",
	"math/rand":    "its numbers can be foretold; use crypto/rand",
}

func TestTheLibraryShunsSomePackages(t *testing.T) {
	for _, p := range list(t, ".", "./...") {
		for _, imported := range p.Imports {
			if why, bad := shunned[imported]; bad {
				t.Errorf("%s imports %s: %s", p.name(), imported, why)
			}
		}
	}
}

// A program pays for the engines that it chose.
func TestABackendBringsOnlyItsOwnClient(t *testing.T) {
	clients := map[string]string{
		"github.com/redis/go-redis/v9":        "store/redisstore",
		"github.com/bradfitz/gomemcache":      "store/memcachestore",
		"github.com/maypok86/otter/v2":        "store/memstore",
		"modernc.org/sqlite":                  "",
		"github.com/jackc/pgx/v5":             "",
		"github.com/go-sql-driver/mysql":      "",
		"github.com/prometheus/client_golang": "",
		"go.opentelemetry.io/otel":            "",
	}
	for _, p := range list(t, ".", "./store/...") {
		if p.name() == "store/all" {
			continue
		}
		for _, dep := range list(t, ".", "-deps", p.ImportPath) {
			if dep.Module == nil {
				continue
			}
			if home, isClient := clients[dep.Module.Path]; isClient && home != p.name() {
				t.Errorf("%s links %s, which is for %s", p.name(), dep.Module.Path, cmp.Or(home, "a nested module"))
			}
		}
	}
}
