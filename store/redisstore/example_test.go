package redisstore_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/larder-go/larder/store/redisstore"
	"github.com/redis/go-redis/v9"
)

func ExampleNew() {
	// For what a URL cannot say, such as credentials that change.
	client := redis.NewClient(&redis.Options{
		Addr:                  "127.0.0.1:6379",
		ContextTimeoutEnabled: true,
		CredentialsProvider:   func() (string, string) { return "app", os.Getenv("REDIS_TOKEN") },
	})
	defer func() { _ = client.Close() }()

	s := redisstore.New(client, redisstore.Options{Timeout: 100 * time.Millisecond})
	defer func() { _ = s.Close() }()
	if err := s.Set(context.Background(), "greeting", []byte("hello"), time.Minute); err != nil {
		fmt.Println("the cache is down, the app is not:", err)
	}
}
