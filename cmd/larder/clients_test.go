package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// program finds a client or cache that is not part of Go. Without it the test
// is skipped, but not on a machine whose job it is to have it.
func program(t *testing.T, name, pkg string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name} { // which not everybody has in PATH
		if path, err := exec.LookPath(path); err == nil {
			return path
		}
	}
	message := fmt.Sprintf("NOT TESTED: %s is not installed (on Debian: apt-get install %s)", name, pkg)
	if os.Getenv("CI") != "" || os.Getenv("LARDER_REQUIRE_SERVERS") != "" {
		t.Fatal(message)
	}
	t.Skip(message)
	return ""
}

// aged is an application whose pages are fresh for ten minutes and were made a
// hundred seconds ago.
func aged(t *testing.T) string {
	return application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		w.Header().Set("Age", "100")
		w.Header().Set("Etag", `"1"`)
		fmt.Fprint(w, "0123456789")
	})
}

// curl sees a miss, then a hit, and gets ranges and 304s from the cache.
func TestCurl(t *testing.T) {
	curl := program(t, "curl", "curl")
	p := start(t, aged(t))
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"first", nil, []string{"HTTP/1.1 200", "age: 100", "cache-status: larder; fwd=uri-miss; fwd-status=200; stored", "0123456789"}},
		{"again", nil, []string{"HTTP/1.1 200", "age: 10", "cache-status: larder; hit; ttl=", "0123456789"}},
		{"range", []string{"-r", "2-4"}, []string{"HTTP/1.1 206", "content-range: bytes 2-4/10", "larder; hit", "\r\n\r\n234"}},
		{"condition", []string{"-H", `If-None-Match: "1"`}, []string{"HTTP/1.1 304", "larder; hit"}},
		{"HEAD", []string{"-I"}, []string{"HTTP/1.1 200", "content-length: 10", "larder; hit"}},
		{"HTTP/2", []string{"--http2-prior-knowledge"}, []string{"HTTP/2 200", "larder; hit", "0123456789"}},
		{"only-if-cached", []string{"-H", "Cache-Control: only-if-cached", "--url-query", "new=1"}, []string{"HTTP/1.1 504", "larder; detail=only-if-cached"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, err := exec.Command(curl, append([]string{"-sS", "-i", "--max-time", "10", p.url + "/page"}, c.args...)...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			status, rest, _ := strings.Cut(string(out), "\r\n")
			got := status + "\r\n" + strings.ToLower(rest)
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
		})
	}
}

// serving starts a program that listens on address and ends with the test.
func serving(t *testing.T, address, path string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	said := new(record)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Wait()
		if t.Failed() {
			t.Logf("%s said:\n%s", path, said)
		}
	})
	awaitAddress(t, address)
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func awaitAddress(t *testing.T, address string) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(until) {
			t.Fatal(err)
		}
	}
}
