package memstore_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/memstore"
)

func BenchmarkGetLive(b *testing.B) {
	s := memstore.New(memstore.Options{})
	defer s.Close()
	keys := fill(b, s)
	for _, n := range []int{1, len(keys)} {
		b.Run(fmt.Sprint(n, " keys"), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, _, found := s.GetLive(keys[i%n]); !found {
					b.Fatal("miss")
				}
			}
		})
		b.Run(fmt.Sprint(n, " keys parallel"), func(b *testing.B) {
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					s.GetLive(keys[i%n])
				}
			})
		})
	}
}

func BenchmarkSet(b *testing.B) {
	s := memstore.New(memstore.Options{})
	defer s.Close()
	keys := fill(b, s)
	value := make([]byte, 1024)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := s.Set(context.Background(), keys[i%len(keys)], value, store.Forever); err != nil {
			b.Fatal(err)
		}
	}
}

// fill stores 10,000 values and returns their keys, 64 bytes each.
func fill(b *testing.B, s *memstore.Store) []string {
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("%064d", i)
		if err := s.Set(context.Background(), keys[i], []byte("value"), store.Forever); err != nil {
			b.Fatal(err)
		}
	}
	return keys
}
