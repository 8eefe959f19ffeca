package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// With a certificate the proxy speaks TLS, HTTP/1.1 and HTTP/2; without one
// HTTP/1.1 and HTTP/2 with prior knowledge.
func TestProtocols(t *testing.T) {
	cert, key, roots := certificate(t)
	origin := application(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("X-Forwarded-Proto"))
	})
	for _, c := range []struct {
		name  string
		flags []string
		speak func(*http.Protocols)
		want  string
	}{
		{"HTTP/1.1", nil, func(p *http.Protocols) { p.SetHTTP1(true) }, "HTTP/1.1 http"},
		{"h2c", nil, func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) }, "HTTP/2.0 http"},
		{"TLS with HTTP/1.1", []string{"-cert=" + cert, "-key=" + key}, func(p *http.Protocols) { p.SetHTTP1(true) }, "HTTP/1.1 https"},
		{"TLS with HTTP/2", []string{"-cert=" + cert, "-key=" + key}, func(p *http.Protocols) { p.SetHTTP2(true) }, "HTTP/2.0 https"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := start(t, origin, c.flags...)
			transport := &http.Transport{Protocols: new(http.Protocols), TLSClientConfig: &tls.Config{RootCAs: roots}}
			c.speak(transport.Protocols)
			defer transport.CloseIdleConnections()
			res, err := (&http.Client{Transport: transport}).Get(p.url)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, _ := io.ReadAll(res.Body)
			if got := res.Proto + " " + string(body); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// certificate writes the one of httptest for 127.0.0.1 into files.
func certificate(t *testing.T) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	own := s.TLS.Certificates[0]
	private, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	cert, key = filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: own.Certificate[0]}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	roots = x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return cert, key, roots
}

// The end waits for requests under way, as long as -grace says.
func TestGracefulEnd(t *testing.T) {
	for _, c := range []struct {
		name, grace string
		finishes    bool
	}{
		{"a request that is soon done is answered", "10s", true},
		{"one that takes too long is cut off", "20ms", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			began, proceed := make(chan bool), make(chan bool)
			p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
				close(began)
				<-proceed
				fmt.Fprint(w, "done")
			}), "-grace="+c.grace)
			answer := make(chan error, 1)
			go func() {
				res, err := http.Get(p.url)
				if err == nil {
					_, err = io.ReadAll(res.Body)
					res.Body.Close()
				}
				answer <- err
			}()
			<-began
			ended := make(chan int)
			go func() { ended <- p.stop() }()
			if c.finishes {
				waitUntilClosed(t, p.url)
				close(proceed)
			}
			if err := <-answer; (err == nil) != c.finishes {
				t.Errorf("answer: %v", err)
			}
			if status := <-ended; status != 0 {
				t.Errorf("status %d", status)
			}
			if !c.finishes {
				close(proceed)
			}
		})
	}
}

// waitUntilClosed waits until nobody answers any more.
func waitUntilClosed(t *testing.T, url string) {
	t.Helper()
	for until := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Head(url)
		if err != nil {
			return
		}
		res.Body.Close()
		if time.Now().After(until) {
			t.Fatal("the port is still open")
		}
	}
}

// The process ends with status 0 after SIGTERM.
func TestSignal(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), os.Args[0], "proxy", "-origin=http://127.0.0.1:1", "-listen=127.0.0.1:0")
	cmd.Env = append(os.Environ(), "LARDER_AS_COMMAND=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "listening on http://127.0.0.1:") {
		t.Fatalf("%q, %v", line, err)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	if err := cmd.Wait(); err != nil {
		t.Errorf("after SIGTERM: %v, want status 0", err)
	}
}

// One line for each request, with what the cache did; queries stay out.
func TestAccessLog(t *testing.T) {
	origin := application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		fmt.Fprint(w, "hello")
	})
	p := start(t, origin)
	ask(t, "GET", p.url+"/page?token=secret", nil)
	p.log.waitFor(t, `msg=request client=127.0.0.1 method=GET host=`+strings.TrimPrefix(p.url, "http://")+` path=/page status=200 bytes=5 took=`)
	p.log.waitFor(t, `cache="larder; fwd=uri-miss; fwd-status=200; stored"`)
	ask(t, "GET", p.url+"/page?token=secret", nil)
	p.log.waitFor(t, `cache="larder; hit; ttl=`)
	ask(t, "POST", p.url+"/page", nil)
	p.log.waitFor(t, `method=POST`)
	p.log.waitFor(t, `cache="larder; fwd=method; fwd-status=200"`)
	if strings.Contains(p.log.String(), "secret") {
		t.Errorf("a query in the log:\n%s", p.log)
	}
	quiet := start(t, origin, "-quiet")
	ask(t, "GET", quiet.url, nil)
	quiet.stop()
	if got := quiet.log.String(); got != "" {
		t.Errorf("-quiet logs %q", got)
	}
}
