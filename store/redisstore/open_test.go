package redisstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/store"
	"github.com/larder-go/larder/store/redisstore"
	"github.com/redis/go-redis/v9"
)

func TestNearCopies(t *testing.T) {
	for url, want := range map[string]struct {
		bytes int64
		lag   time.Duration
	}{
		"redis://h":                     {0, redisstore.DefaultLag},
		"redis://h?near=64MiB":          {64 << 20, redisstore.DefaultLag},
		"redis://h?near=64MiB&lag=50ms": {64 << 20, 50 * time.Millisecond},
	} {
		if bytes, lag := store.Near(mustOpen(t, url)); bytes != want.bytes || lag != want.lag {
			t.Errorf("%s: near copies of %d bytes with a lag of %v; want %d, %v", url, bytes, lag, want.bytes, want.lag)
		}
	}
}

func TestNewPanics(t *testing.T) {
	ring := redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"a": "127.0.0.1:1"}})
	replicas := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{"127.0.0.1:1"}, ReadOnly: true})
	single := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	defer func() { _, _, _ = ring.Close(), replicas.Close(), single.Close() }()
	for name, make := range map[string]func(){
		"nil":              func() { redisstore.New(nil, redisstore.Options{}) },
		"ring":             func() { redisstore.New(ring, redisstore.Options{}) },
		"replicas":         func() { redisstore.New(replicas, redisstore.Options{}) },
		"negative timeout": func() { redisstore.New(single, redisstore.Options{Timeout: -1}) },
		"negative near":    func() { redisstore.New(single, redisstore.Options{Near: -1}) },
		"negative lag":     func() { redisstore.New(single, redisstore.Options{Lag: -1}) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("New did not panic")
				}
			}()
			make()
		})
	}
}

func TestOpenErrors(t *testing.T) {
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	if err := os.WriteFile(notPEM, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"redis://":                       `host ""`,
		"redis://:" + password + "@a,b":  "want one host",
		"redis://:" + password + "@h:x":  "want a port",
		"redis://:" + password + "@h/x":  `database "x": want a number`,
		"redis://:" + password + "@h/-1": "want a number",
		"redis://" + password + "@h":     "user without password",
		"redis://h?db=1":                 `unknown parameter "db"; known are lag, near, pool, prefix, restart, timeout`,
		"redis://h?pool=0":               "pool",
		"redis://h?near=0":               "positive size",
		"redis://h?near=1MiB&lag=0s":     "positive duration",
		"redis://h?lag=50ms":             "want near=64MiB too",
		"redis://h?restart=never":        "one of check, trust",
		"redis://h?timeout=0s":           "positive duration",
		"redis://h?ca=/x":                `unknown parameter "ca"`,
		"rediss://h?ca=/does/not/exist":  "parameter ca",
		"rediss://h?ca=" + notPEM:        "no certificate in",
		"redis+unix://host/path":         "redis+unix:///path",
		"redis+unix://":                  "redis+unix:///path",
		"redis+unix:///s?db=-1":          "an integer from 0",
		"redis+cluster://a,b/1":          "only the database 0",
		"redis+cluster://a,,b":           `host ""`,
		"redis+sentinel://a,b":           "redis+sentinel://h1,h2/name/0",
		"redis+sentinel://a,b/name/x":    `database "x"`,
	} {
		_, err := store.Open(t.Context(), url)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v; want %q", url, err, want)
		} else if strings.Contains(err.Error(), password) {
			t.Errorf("Open(%q) shows the password: %v", url, err)
		}
	}
}
