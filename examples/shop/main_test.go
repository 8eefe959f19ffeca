package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/examples/shop/catalog"
)

// output is what a running shop has written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// startShop runs the whole command on a free port and returns its address.
// The shop has all its products, and few orders so that it starts fast.
func startShop(t *testing.T) (url string, stop func() error, out *output) {
	t.Helper()
	data := t.TempDir()
	size := catalog.Size{Products: catalog.FullSize.Products, OrderLines: 12_000}
	if err := catalog.Generate(t.Context(), filepath.Join(data, "shop.db"), size, nil); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	out = &output{}
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"-addr", "127.0.0.1:0", "-data", data, "-cache", "memory://"}, out, t.Output())
	}()
	stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { stop() })
	return waitForURL(t, out, ended), stop, out
}

func waitForURL(t *testing.T, out *output, ended <-chan error) string {
	t.Helper()
	announced := regexp.MustCompile(`http://127\.0\.0\.1:\d+`)
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if url := announced.FindString(out.String()); url != "" {
			return url
		}
		select {
		case err := <-ended:
			t.Fatalf("the shop ended at its start: %v", err)
		default:
		}
	}
	t.Fatalf("the shop does not say where it is: %s", out)
	return ""
}

func TestRunServesUntilItIsStopped(t *testing.T) {
	url, stop, out := startShop(t)
	for _, line := range []string{"open   " + url, "cache  memory", "data   "} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("at the start it says %q, want a line %q", out, line)
		}
	}
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != 200 {
		t.Errorf("status %d, error %v, want 200", resp.StatusCode, err)
	}
	if err := stop(); err != nil {
		t.Errorf("stopped with %v, want no error", err)
	}
	if _, err := http.Get(url); err == nil {
		t.Error("it still answers after the stop")
	}
}

func TestWrongUseSaysWhatIsAllowed(t *testing.T) {
	tests := map[string]struct {
		args []string
		says []string
	}{
		"unknown store":     {[]string{"-cache", "carrier-pigeon://coop"}, []string{"CACHE_URL", "carrier-pigeon", "memory", "redis", "memcached"}},
		"unknown parameter": {[]string{"-cache", "memory://?colour=red"}, []string{"colour", "max"}},
		"unknown flag":      {[]string{"-socks"}, []string{"-socks", "-cache", "-addr", "-data"}},
		"argument":          {[]string{"redis://localhost"}, []string{"redis://localhost", "-help"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			var stderr bytes.Buffer
			err := run(ctx, append([]string{"-data", t.TempDir()}, test.args...), io.Discard, &stderr)
			if !errors.Is(err, errUsage) {
				t.Errorf("error %v, want %v", err, errUsage)
			}
			for _, word := range test.says {
				if !strings.Contains(stderr.String(), word) {
					t.Errorf("it says %q, want a word on %s", &stderr, word)
				}
			}
		})
	}
}

func TestWrongStoreKeepsItsPasswordSecret(t *testing.T) {
	var stderr bytes.Buffer
	if err := run(t.Context(), []string{"-cache", "redis://ada:hunter2@localhost:6379/0?colour=red"}, io.Discard, &stderr); err == nil {
		t.Error("no error")
	}
	if strings.Contains(stderr.String(), "hunter2") {
		t.Errorf("it shows the password: %s", &stderr)
	}
}

func TestHelpIsNoMistake(t *testing.T) {
	err := run(t.Context(), []string{"-help"}, io.Discard, io.Discard)
	if !errors.Is(err, flag.ErrHelp) || errors.Is(err, errUsage) {
		t.Errorf("error %v, want only %v", err, flag.ErrHelp)
	}
}

func TestCacheURLComesFromTheEnvironment(t *testing.T) {
	t.Setenv("CACHE_URL", "memcached://127.0.0.1:11211")
	s, err := parse(nil, io.Discard)
	if err != nil || s.cacheURL != "memcached://127.0.0.1:11211" {
		t.Errorf("%+v, error %v, want the URL of the environment", s, err)
	}
	s, err = parse([]string{"-cache", "dummy://"}, io.Discard)
	if err != nil || s.cacheURL != "dummy://" {
		t.Errorf("%+v, error %v, want the flag to win", s, err)
	}
}
