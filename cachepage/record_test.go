package cachepage_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
)

// wire is a ResponseWriter that notes what reaches the client, in order.
type wire struct {
	header http.Header
	said   []string
	sent   int
}

func newWire() *wire { return &wire{header: http.Header{}} }

func (w *wire) Header() http.Header { return w.header }

func (w *wire) WriteHeader(status int) {
	w.said = append(w.said, fmt.Sprint("header ", status))
}

func (w *wire) Write(b []byte) (int, error) {
	w.sent += len(b)
	w.said = append(w.said, fmt.Sprint("write ", len(b)))
	return len(b), nil
}
func (w *wire) Flush() { w.said = append(w.said, "flush") }

func (w *wire) SetWriteDeadline(t time.Time) error { w.said = append(w.said, "deadline"); return nil }

func (w *wire) String() string { return strings.Join(w.said, ", ") }

func TestWhatReachesTheClientAndWhatIsKept(t *testing.T) {
	const k = 1 << 10
	block := bytes.Repeat([]byte("x"), 4*k)
	for name, c := range map[string]struct {
		serve  func(w http.ResponseWriter)
		opts   []cachepage.Option
		said   string // on a miss; "" where the pump decides about the cuts
		sent   int
		kept   bool
		length string // Content-Length sent on a miss
	}{
		"nothing at all": {
			serve: func(w http.ResponseWriter) {},
			said:  "header 200, write 0", kept: true, length: "0",
		},
		"a small page goes out whole": {
			serve: func(w http.ResponseWriter) { w.Write([]byte("ab")); io.WriteString(w, "c") },
			said:  "header 200, write 3", sent: 3, kept: true, length: "3",
		},
		"32 KiB still do": {
			serve: func(w http.ResponseWriter) {
				for range 8 {
					w.Write(block)
				}
			},
			said: "header 200, write 32768", sent: 32 * k, kept: true, length: "32768",
		},
		"more is streamed": {
			serve: func(w http.ResponseWriter) {
				for range 9 {
					w.Write(block)
				}
			},
			sent: 36 * k, kept: true,
		},
		"an explicit status": {
			serve: func(w http.ResponseWriter) { w.WriteHeader(200); w.WriteHeader(500); w.Write([]byte("a")) },
			said:  "header 200, write 1", sent: 1, kept: true, length: "1",
		},
		"early hints go out at once": {
			serve: func(w http.ResponseWriter) {
				w.Header().Set("Link", "</a.css>; rel=preload")
				w.WriteHeader(103)
				w.Write([]byte("a"))
			},
			said: "header 103, header 200, write 1", sent: 1, kept: true, length: "1",
		},
		"a deadline goes through": {
			serve: func(w http.ResponseWriter) {
				http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Second))
				w.Write([]byte("a"))
			},
			said: "deadline, header 200, write 1", sent: 1, kept: true, length: "1",
		},
		"ReadFrom": {
			serve: func(w http.ResponseWriter) { w.(io.ReaderFrom).ReadFrom(strings.NewReader("abc")) },
			said:  "header 200, write 3", sent: 3, kept: true, length: "3",
		},
		"ReadFrom of what is not kept": {
			serve: func(w http.ResponseWriter) {
				w.WriteHeader(404)
				w.(io.ReaderFrom).ReadFrom(strings.NewReader("abc"))
			},
			said: "header 404, write 3", sent: 3,
		},
		"what is not kept is not held back": {
			serve: func(w http.ResponseWriter) {
				w.Header().Set("Cache-Control", "private")
				w.Write([]byte("a"))
				w.Write([]byte("b"))
				w.(http.Flusher).Flush()
			},
			said: "header 200, write 1, write 1, flush", sent: 2,
		},
		"a body over the limit": {
			serve: func(w http.ResponseWriter) { w.Write([]byte("abc")); w.Write([]byte("de")); w.Write([]byte("f")) },
			opts:  []cachepage.Option{cachepage.MaxBody(4)},
			said:  "header 200, write 3, write 2, write 1", sent: 6,
		},
		"a body over the limit after it began to stream": {
			serve: func(w http.ResponseWriter) {
				for range 12 {
					w.Write(block)
				}
			},
			opts: []cachepage.Option{cachepage.MaxBody(40 * k)},
			sent: 48 * k,
		},
		"an announced length over the limit": {
			serve: func(w http.ResponseWriter) { w.Header().Set("Content-Length", "5"); w.Write([]byte("abcde")) },
			opts:  []cachepage.Option{cachepage.MaxBody(4)},
			said:  "header 200, write 5", sent: 5, length: "5",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.serve(w) }), c.opts...)
			w := newWire()
			h.ServeHTTP(w, request("GET", "/p"))
			if c.said != "" {
				want(t, "client sees", w.String(), c.said)
			}
			want(t, "bytes sent", w.sent, c.sent)
			want(t, "Content-Length", w.header.Get("Content-Length"), c.length)
			a := get(h, "/p")
			want(t, "kept", a.hit(), c.kept)
			want(t, "bytes kept", len(a.body), c.sent)
			if c.kept {
				want(t, "Content-Length of a hit", a.get("Content-Length"), fmt.Sprint(c.sent))
			}
		})
	}
}

func TestFlushSendsWhatThereIs(t *testing.T) {
	for name, flush := range map[string]func(w http.ResponseWriter){
		"Flusher":            func(w http.ResponseWriter) { w.(http.Flusher).Flush() },
		"ResponseController": func(w http.ResponseWriter) { http.NewResponseController(w).Flush() },
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			h := s.cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				flush(w) // before anything: the header alone
				io.WriteString(w, "a")
				flush(w)
				io.WriteString(w, "b")
			}))
			w := newWire()
			h.ServeHTTP(w, request("GET", "/p"))
			want(t, "first", w.said[0], "header 200")
			want(t, "flushed", strings.Contains(w.String(), "flush"), true)
			want(t, "bytes", w.sent, 2)
			a := get(h, "/p")
			want(t, "hit", a.hit(), true)
			want(t, "body", a.body, "ab")
			want(t, "Content-Length", a.get("Content-Length"), "2")
		})
	}
}

func TestHeaderIsThatOfWriteHeader(t *testing.T) {
	h := newSite(t).cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Before", "1")
		w.Header().Add("X-Both", "1")
		w.WriteHeader(200)
		w.Header().Set("X-After", "1")
		w.Header().Add("X-Both", "2")
		w.Header().Set("Set-Cookie", "a=1")
		w.Header().Set("X-Before", "2")
		io.WriteString(w, "x")
	}))
	for _, a := range []answer{get(h, "/p"), get(h, "/p")} {
		want(t, "X-Before", a.get("X-Before"), "1")
		want(t, "X-Both", a.get("X-Both"), "1")
		want(t, "X-After", a.get("X-After"), "")
		want(t, "Set-Cookie", a.get("Set-Cookie"), "")
	}
}

func TestWrongContentLength(t *testing.T) {
	t.Run("too much: the handler hears of it as from net/http", func(t *testing.T) {
		var first, second error
		h := newSite(t).cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "2")
			_, first = io.WriteString(w, "ab")
			_, second = io.WriteString(w, "c")
		}))
		a := get(h, "/p")
		want(t, "what was announced goes out", a.body, "ab")
		want(t, "first write", first, nil)
		want(t, "second write", second, http.ErrContentLength)
		want(t, "why not kept", a.cache(), "larder; fwd=uri-miss; fwd-status=200; detail=short-body")
	})
	t.Run("too little", func(t *testing.T) {
		h := newSite(t).cached(page("ab", "Content-Length: 3"))
		want(t, "why not kept", get(h, "/p").cache(), "larder; fwd=uri-miss; fwd-status=200; detail=short-body")
		want(t, "kept", get(h, "/p").hit(), false)
	})
	t.Run("no number at all says nothing", func(t *testing.T) {
		h := newSite(t).cached(page("ab", "Content-Length: x"))
		get(h, "/p")
		want(t, "Content-Length", get(h, "/p").get("Content-Length"), "2")
	})
}

func TestHijack(t *testing.T) {
	t.Run("not supported below: the page goes on", func(t *testing.T) {
		h := newSite(t).cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, _, err := w.(http.Hijacker).Hijack(); err == nil {
				t.Error("no error")
			}
			io.WriteString(w, "x")
		}))
		get(h, "/p")
		want(t, "kept", get(h, "/p").hit(), true)
	})
	for name, before := range map[string]string{"at once": "", "after a write": "HTTP says: "} {
		t.Run(name, func(t *testing.T) {
			v := &view{serve: func(w http.ResponseWriter, r *http.Request) {
				if before != "" {
					w.Header().Set("Content-Length", "99")
					io.WriteString(w, before)
				}
				conn, rw, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				rw.WriteString("raw")
				rw.Flush()
			}}
			srv := httptest.NewServer(newSite(t).cached(v))
			defer srv.Close()
			for range 2 {
				text := raw(t, srv, "GET /p HTTP/1.1\r\nHost: a\r\n\r\n")
				want(t, "ends with", strings.HasSuffix(text, "raw"), true)
			}
			want(t, "runs", v.runs.Load(), 2)
		})
	}
}
