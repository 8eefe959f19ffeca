package bench_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/larder-go/larder/bench/cases"
	_ "github.com/larder-go/larder/bench/limits"
	_ "github.com/larder-go/larder/bench/pantry"
	_ "github.com/larder-go/larder/bench/rivals"
	"github.com/larder-go/larder/bench/servers"
)

// stores are for all benchmarks and tests.
var stores *servers.Stores

func TestMain(m *testing.M) {
	flag.Parse()
	var err error
	if stores, err = servers.StartStores(0); err != nil {
		panic(err)
	}
	code := m.Run()
	stores.Stop()
	os.Exit(code)
}

func BenchmarkHit(b *testing.B)       { sections(b, "hit/") }
func BenchmarkParallel(b *testing.B)  { sections(b, "parallel/") }
func BenchmarkZipf(b *testing.B)      { sections(b, "zipf/") }
func BenchmarkFeatures(b *testing.B)  { sections(b, "features") }
func BenchmarkRedis(b *testing.B)     { sections(b, "redis/") }
func BenchmarkMemcached(b *testing.B) { sections(b, "memcached/") }
func BenchmarkFragment(b *testing.B)  { sections(b, "fragment") }
func BenchmarkMiss(b *testing.B)      { sections(b, "miss") }

// sections runs the rows of all sections whose IDs begin with prefix.
func sections(b *testing.B, prefix string) {
	for _, s := range cases.All(stores) {
		rest, ok := strings.CutPrefix(s.ID, prefix)
		if !ok {
			continue
		}
		if s.Store != "" {
			if err := stores.Empty(s.Store); err != nil {
				b.Fatal(err)
			}
		}
		for _, r := range s.Rows {
			b.Run(strings.TrimPrefix(rest+"/"+r.Name, "/"), func(b *testing.B) { run(b, r) })
		}
	}
}

func run(b *testing.B, r cases.Row) {
	bench, err := r.Open()
	if err != nil {
		b.Fatal(err)
	}
	defer bench.Close()
	b.ReportAllocs()
	b.ResetTimer()
	if err := bench.Run(b.N); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	if n := bench.Misses(); n > 0 {
		b.Fatalf("%d of %d were no hits", n, b.N)
	}
}
