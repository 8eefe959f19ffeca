package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// Whatever is asked reaches the application as it was sent.
func TestRequestsReachTheApplicationAsTheyAre(t *testing.T) {
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s|%s|%s|%s", r.Method, r.RequestURI, r.Host, r.Header.Get("X-Forwarded-For"), body)
	}))
	for _, c := range []struct{ request, want string }{
		{"GET /a//b/../c%2Fd?x=1;y=%zz&&z HTTP/1.1\r\nHost: shop.example\r\n", "GET /a//b/../c%2Fd?x=1;y=%zz&&z|shop.example|127.0.0.1|"},
		{"M-SEARCH /x HTTP/1.1\r\nHost: h\r\n", "M-SEARCH /x|h|127.0.0.1|"},
		{"PROPFIND /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n", "PROPFIND /x|h|127.0.0.1|body"},
		{"PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n", "PUT /x|h|127.0.0.1|body"},
		{"GET /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n", "GET /x|h|127.0.0.1|body"},
		{"GET /spoofed HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Host: evil\r\n", "GET /spoofed|h|127.0.0.1|"},
	} {
		conn := dial(t, p.url)
		body := ""
		if strings.Contains(c.request, "Content-Length") {
			body = "body"
		}
		fmt.Fprintf(conn, "%sConnection: close\r\n\r\n%s", c.request, body)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := io.ReadAll(res.Body); string(got) != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// What belongs to one connection stays there, also when the page is kept.
func TestHopByHopFieldsStay(t *testing.T) {
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Connection", "X-Hop")
		for _, name := range []string{"X-Hop", "Keep-Alive", "Proxy-Authenticate", "Upgrade", "X-End"} {
			w.Header().Set(name, "here")
		}
	}))
	for _, when := range []string{"miss", "hit"} {
		res, _ := ask(t, "GET", p.url, nil)
		for _, name := range []string{"X-Hop", "Keep-Alive", "Proxy-Authenticate", "Upgrade"} {
			if got, ok := res.Header[name]; ok {
				t.Errorf("%s: %s: %q, want none", when, name, got)
			}
		}
		if res.Header.Get("X-End") != "here" {
			t.Errorf("%s: X-End is lost", when)
		}
	}
}

// An event goes out when it happens; when the visitor leaves, the application
// hears of it.
func TestServerSentEvents(t *testing.T) {
	next, left := make(chan string), make(chan bool)
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case event := <-next:
				fmt.Fprintf(w, "data: %s\n\n", event)
				http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				close(left)
				return
			}
		}
	}), "-ttl=1h")
	ctx, leave := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "GET", p.url, nil)
	go func() { next <- "first" }()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewReader(res.Body)
	for _, event := range []string{"first", "second", "third"} {
		if event != "first" {
			next <- event
		}
		if line, err := lines.ReadString('\n'); err != nil || line != "data: "+event+"\n" {
			t.Fatalf("%q, %v, want the event %q", line, err, event)
		}
		lines.ReadString('\n')
	}
	leave()
	select {
	case <-left:
	case <-time.After(5 * time.Second):
		t.Error("the application was not told that the visitor has left")
	}
}

// After the 101 bytes flow in both directions, as WebSocket needs it.
func TestUpgrade(t *testing.T) {
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Connection", "Upgrade")
		w.Header().Set("Upgrade", "websocket")
		w.WriteHeader(http.StatusSwitchingProtocols)
		conn, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		io.Copy(conn, rw) // an echo
	}))
	conn := dial(t, p.url)
	fmt.Fprint(conn, "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
	br := bufio.NewReader(conn)
	res, err := http.ReadResponse(br, nil)
	if err != nil || res.StatusCode != http.StatusSwitchingProtocols || res.Header.Get("Upgrade") != "websocket" {
		t.Fatalf("%v, %v, want a 101 to websocket", res, err)
	}
	for _, word := range []string{"hello\n", "again\n"} {
		io.WriteString(conn, word)
		if got, err := br.ReadString('\n'); err != nil || got != word {
			t.Fatalf("%q, %v, want %q back", got, err, word)
		}
	}
}

// 103 goes out before the application has its answer, and leaves no trace in
// it or in what is kept.
func TestInformationalResponses(t *testing.T) {
	proceed := make(chan bool)
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", "</style.css>; rel=preload")
		w.WriteHeader(http.StatusEarlyHints)
		<-proceed
		w.Header().Del("Link")
		w.Header().Set("Cache-Control", "max-age=60")
		fmt.Fprint(w, "hello")
	}))
	var hints []string
	trace := &httptrace.ClientTrace{Got1xxResponse: func(status int, h textproto.MIMEHeader) error {
		hints = append(hints, fmt.Sprint(status, " ", h.Get("Link")))
		close(proceed)
		return nil
	}}
	r, _ := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "GET", p.url, nil)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if want := "[103 </style.css>; rel=preload]"; fmt.Sprint(hints) != want || res.Header["Link"] != nil {
		t.Errorf("hints %v, Link %q, want %s and none", hints, res.Header["Link"], want)
	}
	if res, body := ask(t, "GET", p.url, nil); body != "hello" || res.Header["Link"] != nil || !strings.Contains(res.Header.Get("Cache-Status"), "; hit") {
		t.Errorf("hit: %q, header %v, want no Link", body, res.Header)
	}
}

// Bodies of any size stream through unchanged, kept or not; what is already
// compressed stays so.
func TestBodies(t *testing.T) {
	big := make([]byte, 3<<20)
	rand.Read(big)
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Content-Encoding", "gzip")
		w.Write(big)
	}), "-max-body=2MiB")
	for range 2 {
		res, body := ask(t, "GET", p.url, http.Header{"Accept-Encoding": {"gzip"}})
		if body != string(big) || res.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%d bytes with Content-Encoding %q, want the %d that were sent", len(body), res.Header.Get("Content-Encoding"), len(big))
		}
	}
	echo := start(t, application(t, func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) }))
	res, err := http.Post(echo.url, "application/octet-stream", bytes.NewReader(big))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got, err := io.ReadAll(res.Body); err != nil || !bytes.Equal(got, big) {
		t.Errorf("posted %d bytes, got %d back, %v", len(big), len(got), err)
	}
}

// An answer that breaks off is broken off for the visitor too, and not kept.
func TestAnswerThatBreaksOff(t *testing.T) {
	for _, length := range []string{"100", ""} {
		p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=60")
			if length != "" {
				w.Header().Set("Content-Length", length)
			}
			fmt.Fprint(w, "half")
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}))
		for range 2 {
			res, err := http.Get(p.url)
			if err == nil {
				_, err = io.ReadAll(res.Body)
				res.Body.Close()
			}
			if err == nil {
				t.Errorf("Content-Length %q: a whole answer, want one that breaks off", length)
			}
		}
	}
}
