package vary_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/larder-go/larder/vary"
)

func TestOn(t *testing.T) {
	for _, c := range []struct {
		situation string
		handler   http.HandlerFunc
	}{
		{"nothing written", func(http.ResponseWriter, *http.Request) {}},
		{"Write", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "x") }},
		{"WriteHeader", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }},
		{"ReadFrom", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.Copy(w, struct{ io.Reader }{strings.NewReader("x")})
		}},
		{"Flush", func(w http.ResponseWriter, _ *http.Request) { w.(http.Flusher).Flush() }},
		{"ResponseController", func(w http.ResponseWriter, _ *http.Request) { _ = http.NewResponseController(w).Flush() }},
		{"interim response first", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(103)
			w.WriteHeader(200)
		}},
	} {
		t.Run(c.situation, func(t *testing.T) {
			server := httptest.NewServer(vary.On("Cookie", "Accept-Language")(http.HandlerFunc(
				func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Vary", "cookie, Origin")
					c.handler(w, r)
				})))
			defer server.Close()
			resp, err := server.Client().Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			if got, want := resp.Header.Get("Vary"), "cookie, Origin, Accept-Language"; got != want {
				t.Errorf("Vary: %s, want %s", got, want)
			}
		})
	}
}

// interim keeps the Vary that each status was sent with.
type interim struct {
	*httptest.ResponseRecorder
	sent []string
}

func (w *interim) WriteHeader(status int) {
	w.sent = append(w.sent, fmt.Sprint(status, " ", w.Header().Get("Vary")))
}

func TestInterimResponsesKeepTheirHeader(t *testing.T) {
	w := &interim{ResponseRecorder: httptest.NewRecorder()}
	vary.On("Cookie")(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(103)
		clear(w.Header()) // as httputil.ReverseProxy does
		w.WriteHeader(200)
	})).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if got, want := fmt.Sprint(w.sent), "[103  200 Cookie]"; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
}

func TestOnWithoutFlusherAndHijacker(t *testing.T) {
	plain := struct{ http.ResponseWriter }{httptest.NewRecorder()}
	vary.On("Cookie")(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush() // must not panic
		if err := http.NewResponseController(w).Flush(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Flush: %v, want ErrUnsupported", err)
		}
		if _, _, err := w.(http.Hijacker).Hijack(); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Hijack: %v, want ErrUnsupported", err)
		}
	})).ServeHTTP(plain, httptest.NewRequest("GET", "/", nil))
}

// hijackable is a writer that can be taken over.
type hijackable struct{ http.ResponseWriter }

var errHijacked = errors.New("hijacked")

func (hijackable) Hijack() (net.Conn, *bufio.ReadWriter, error) { return nil, nil, errHijacked }

func TestHijackReachesTheServer(t *testing.T) {
	vary.On("Cookie")(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if _, _, err := w.(http.Hijacker).Hijack(); !errors.Is(err, errHijacked) {
			t.Errorf("asserted: %v", err)
		}
		if _, _, err := http.NewResponseController(w).Hijack(); !errors.Is(err, errHijacked) {
			t.Errorf("by controller: %v", err)
		}
	})).ServeHTTP(hijackable{httptest.NewRecorder()}, httptest.NewRequest("GET", "/", nil))
}

func TestUnwrap(t *testing.T) {
	inner := httptest.NewRecorder()
	vary.On("Cookie")(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if got := w.(interface{ Unwrap() http.ResponseWriter }).Unwrap(); got != inner {
			t.Errorf("Unwrap gives %T", got)
		}
	})).ServeHTTP(inner, httptest.NewRequest("GET", "/", nil))
}

func TestOnRefusesWhatIsNoHeaderName(t *testing.T) {
	for _, name := range []string{"", "a b", "Cookie, Accept", "ü", "x\r\n"} {
		func() {
			defer func() {
				want := fmt.Sprintf("vary: On: %q is neither a header name nor \"*\"", name)
				if got := recover(); got != want {
					t.Errorf("On(%q) panics with %v, want %s", name, got, want)
				}
			}()
			vary.On("Cookie", name)
		}()
	}
	vary.On("*")
}

func ExampleOn() {
	greet := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = fmt.Fprintf(w, "Hello in %s", r.Header.Get("Accept-Language"))
	})
	w := httptest.NewRecorder()
	vary.On("Accept-Language")(greet).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	fmt.Println(w.Header().Get("Vary"))
	// Output: Accept-Language
}
