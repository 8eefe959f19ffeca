package all_test

import (
	"testing"

	"github.com/larder-go/larder/store"

	_ "github.com/larder-go/larder/store/all"
)

func TestEverySchemeOpens(t *testing.T) {
	for _, url := range []string{
		"memory://", "dummy://", "redis://localhost", "rediss://localhost", "redis+unix:///run/redis.sock",
		"redis+cluster://a,b", "rediss+cluster://a,b", "redis+sentinel://a,b/name", "rediss+sentinel://a,b/name",
		"memcached://a,b", "memcached+unix:///run/memcached.sock",
	} {
		s, err := store.Open(t.Context(), url+"?prefix=shop&timeout=1s")
		if err != nil {
			t.Errorf("Open(%q): %v", url, err)
			continue
		}
		if err := store.Close(s); err != nil {
			t.Errorf("Close of %q: %v", url, err)
		}
	}
}
