package redisstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/larder-go/larder/internal/servertest"
	"github.com/larder-go/larder/store"
	"github.com/redis/go-redis/v9"
)

func BenchmarkGetMany(b *testing.B) {
	server := servertest.Redis(b)
	s, err := store.Open(b.Context(), "redis://"+server.Addr()+"?timeout=2s")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = store.Close(s) }()
	client := redis.NewClient(&redis.Options{Addr: server.Addr()})
	defer func() { _ = client.Close() }()
	ctx, keys := context.Background(), []string{"index", "entry", "root", "mark"}
	for i, size := range []int{100, 16 << 10, 16, 14} {
		if err := s.Set(ctx, keys[i], make([]byte, size), time.Hour); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("store", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = store.GetMany(ctx, s, keys)
		}
	})
	b.Run("client's Get of one key", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = client.Get(ctx, "entry").Err()
		}
	})
	b.Run("client's MGet", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = client.MGet(ctx, keys...).Err()
		}
	})
}
