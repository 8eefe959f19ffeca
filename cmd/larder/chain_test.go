package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/http/httputil"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cachepage"
)

// chain is Go's ReverseProxy before and behind "larder proxy", as sites have it
// whose parts are all written in Go. It gives the address to ask.
func chain(t *testing.T, app http.HandlerFunc) string {
	t.Helper()
	behind := reverseProxy(t, application(t, app), "behind; fwd=bypass")
	return reverseProxy(t, start(t, behind).url, "before; fwd=bypass")
}

// reverseProxy passes on to origin, and adds what it has to say.
func reverseProxy(t *testing.T, origin, says string) string {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatal(err)
	}
	return application(t, (&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(u)
			r.Out.Host = r.In.Host
		},
		ModifyResponse: func(res *http.Response) error {
			res.Header.Add("Cache-Status", says)
			return nil
		},
	}).ServeHTTP)
}

// Each of the chain says what it did, nearest to the application first, and a
// page is as old as its application said.
func TestAgeAndStatusAlongAChain(t *testing.T) {
	cache, err := larder.Open(t.Context(), "memory://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cache.Close() })
	keeps := cache.CachePage(0, cachepage.FollowOrigin(), cachepage.StatusName("app"), cachepage.OnlyQuery())
	page := keeps(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		w.Header().Set("Age", "100")
		fmt.Fprint(w, "hello")
	}))
	url := chain(t, page.ServeHTTP)
	const made, kept = "app; fwd=uri-miss; fwd-status=200; stored, behind; fwd=bypass, ", "app; hit, behind; fwd=bypass, "
	const passed, hit = "larder; fwd=uri-miss; fwd-status=200; stored, before; fwd=bypass", "larder; hit, before; fwd=bypass"
	for _, c := range []struct{ name, path, want string }{
		{"nobody has it", "/", made + passed},
		{"larder has it", "/", made + hit},
		{"the application has it", "/?new", kept + passed},
		{"both have it", "/?new", kept + hit},
	} {
		res, body := ask(t, "GET", url+c.path, nil)
		if got := said(res); got != c.want {
			t.Errorf("%s: Cache-Status %q, want %q", c.name, got, c.want)
		}
		if got := age(t, res); body != "hello" || got < 100 || got > 105 {
			t.Errorf("%s: %q, Age %d, want the 100 s that the application said", c.name, body, got)
		}
	}
}

// Trailers go along, announced or not.
func TestTrailersAlongAChain(t *testing.T) {
	url := chain(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, "hello")
		w.Header().Set("X-Sum", "5")
		w.Header().Set(http.TrailerPrefix+"X-Late", "late")
	})
	for range 2 {
		if res, _ := ask(t, "GET", url, nil); res.Trailer.Get("X-Sum") != "5" || res.Trailer.Get("X-Late") != "late" {
			t.Errorf("trailer %v, want both of the application's", res.Trailer)
		}
	}
}

// What a client sends after its body reaches the application, which a
// ReverseProxy does not do by itself.
func TestTrailersOfRequests(t *testing.T) {
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, r.Trailer.Get("X-Sum"))
	}))
	r, _ := http.NewRequestWithContext(t.Context(), "POST", p.url, io.MultiReader(strings.NewReader("hello")))
	r.Trailer = http.Header{"X-Sum": {"5"}}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || string(got) != "5" {
		t.Errorf("the application got %q, %v, want the trailer", got, err)
	}
}

// 103 and every flushed piece arrive when the application sends them, whether
// the page is kept or not.
func TestPiecesAlongAChain(t *testing.T) {
	for _, control := range []string{"no-store", "max-age=60"} {
		t.Run(control, func(t *testing.T) {
			hinted, read := make(chan bool, 1), make(chan bool, 1)
			url := chain(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Link", "</style.css>; rel=preload")
				w.WriteHeader(http.StatusEarlyHints)
				<-hinted
				w.Header().Set("Cache-Control", control)
				for i := range 3 {
					fmt.Fprintln(w, i)
					http.NewResponseController(w).Flush()
					<-read
				}
			})
			trace := &httptrace.ClientTrace{Got1xxResponse: func(status int, h textproto.MIMEHeader) error {
				if status != http.StatusEarlyHints || h.Get("Link") == "" {
					t.Errorf("%d with %v, want a 103 with its Link", status, h)
				}
				hinted <- true
				return nil
			}}
			ctx, cancel := context.WithTimeout(httptrace.WithClientTrace(t.Context(), trace), 10*time.Second)
			defer cancel()
			r, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			lines := bufio.NewReader(res.Body)
			for i := range 3 {
				if line, err := lines.ReadString('\n'); err != nil || line != fmt.Sprintln(i) {
					t.Fatalf("%q, %v, want the piece %d", line, err, i)
				}
				read <- true
			}
		})
	}
}

// Large bodies go along whole in both directions, those that are kept and those
// that are not.
func TestLargeBodiesAlongAChain(t *testing.T) {
	big := make([]byte, 20<<20)
	rand.Read(big)
	var asked atomic.Int32
	url := chain(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			io.Copy(w, r.Body)
			return
		}
		asked.Add(1)
		w.Header().Set("Cache-Control", "max-age=60")
		size, _ := strconv.Atoi(r.URL.Path[1:])
		w.Write(big[:size])
	})
	for _, c := range []struct {
		size int
		runs int32 // of the application, for two requests
	}{{8 << 20, 1}, {len(big), 2}} {
		asked.Store(0)
		for range 2 {
			if _, body := ask(t, "GET", fmt.Sprint(url, "/", c.size), nil); body != string(big[:c.size]) {
				t.Errorf("%d bytes, want the %d that were sent", len(body), c.size)
			}
		}
		if got := asked.Load(); got != c.runs {
			t.Errorf("%d bytes: the application was asked %d times, want %d", c.size, got, c.runs)
		}
	}
	res, err := http.Post(url, "application/octet-stream", bytes.NewReader(big))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(got, big) {
		t.Errorf("posted %d bytes, got %d back, %v", len(big), len(got), err)
	}
}

// leaver is a client that reads the first byte of an answer and then leaves.
func leaver(t *testing.T, url string) {
	t.Helper()
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, _ := http.NewRequestWithContext(ctx, "GET", url, nil)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.ReadFull(res.Body, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
}

// A page that may be kept is made to its end for the next client, though the
// first one left in the middle.
func TestClientLeavesWhatIsKept(t *testing.T) {
	proceed := make(chan bool)
	var asked atomic.Int32
	url := chain(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Cache-Control", "max-age=60")
		io.WriteString(w, "first half, ")
		http.NewResponseController(w).Flush()
		<-proceed
		io.WriteString(w, "second half")
	})
	leaver(t, url)
	close(proceed)
	if _, body := ask(t, "GET", url, nil); body != "first half, second half" || asked.Load() != 1 {
		t.Errorf("%q, the application was asked %d times, want the whole page at the first time", body, asked.Load())
	}
}

// The application hears that the client of a page that nobody keeps has left.
func TestClientLeavesWhatIsNotKept(t *testing.T) {
	told := make(chan error, 1)
	url := chain(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		io.WriteString(w, "first half, ")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		told <- r.Context().Err()
	})
	leaver(t, url)
	select {
	case <-told:
	case <-time.After(10 * time.Second):
		t.Error("the application was not told that the client has left")
	}
}

// Go's client asks for gzip by itself, and another one that asks for nothing
// gets the other variant.
func TestGoClientsWithAndWithoutGzip(t *testing.T) {
	var asked atomic.Int32
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Vary", "Accept-Encoding")
		w.Header().Set("Content-Type", "text/plain")
		if r.Header.Get("Accept-Encoding") != "gzip" {
			io.WriteString(w, "hello")
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "hello")
		z.Close()
	}))
	for range 2 {
		for _, plain := range []bool{false, true} {
			transport := &http.Transport{DisableCompression: plain}
			defer transport.CloseIdleConnections()
			res, err := (&http.Client{Transport: transport}).Get(p.url)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			res.Body.Close()
			if err != nil || string(body) != "hello" || res.Uncompressed == plain {
				t.Errorf("%q, %v, uncompressed by the client: %v, want %v", body, err, res.Uncompressed, !plain)
			}
		}
	}
	if got := asked.Load(); got != 2 {
		t.Errorf("the application was asked %d times, want once for each variant", got)
	}
}
