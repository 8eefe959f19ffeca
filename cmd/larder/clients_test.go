package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program finds a client or cache that is not part of Go, or skips the test
// and says what to install.
func program(t *testing.T, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("SKIPPED: %s is not installed; apt-get install %s to run this test", name, pkg)
	}
	return path
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

// nginx as a second cache in front: it serves its own copy on the second
// request, with what larder had said, and larder's age on it.
func TestNginxInFront(t *testing.T) {
	nginx := program(t, "nginx", "nginx")
	p := start(t, aged(t))
	folder, address := t.TempDir(), freeAddress(t)
	config := filepath.Join(folder, "nginx.conf")
	text := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log stderr;
events {}
http {
	access_log off; client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	proxy_cache_path %[1]s/cache keys_zone=pages:1m;
	server { listen %[2]s; location / { proxy_pass %[3]s; proxy_cache pages; add_header X-Nginx $upstream_cache_status; } }
}`, folder, address, p.url)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginx, "-c", config, "-p", folder)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	awaitAddress(t, address)
	for _, want := range []string{"MISS", "HIT"} {
		res, body := ask(t, "GET", "http://"+address+"/page", nil)
		if res.Header.Get("X-Nginx") != want || body != "0123456789" || !strings.HasPrefix(res.Header.Get("Cache-Status"), "larder; ") || res.Header.Get("Age") != "100" {
			t.Errorf("%s: %q, header %v", want, body, res.Header)
		}
	}
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
