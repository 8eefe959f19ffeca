package cachepage_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
)

// slow is a client that takes each piece late and looks at it then: bytes that
// were changed meanwhile show. It cannot flush, as with a middleware around that
// hides this, and gets the whole page all the same.
type slow struct {
	http.ResponseWriter
	body bytes.Buffer
}

func (s *slow) Write(b []byte) (int, error) {
	time.Sleep(10 * time.Microsecond)
	return s.body.Write(b)
}

// pieces serves /?of=size&in=bytes[&flush=at]: a body of size that tells its
// own size at each place, written piece by piece.
func pieces(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	number := func(name string) int { n, _ := strconv.Atoi(q.Get(name)); return n }
	body, in := bodyOf(number("of")), number("in")
	for i := 0; len(body) > 0; i++ {
		piece := body[:min(in, len(body))]
		body = body[len(piece):]
		if i%2 == 0 {
			w.Write([]byte(piece))
		} else {
			io.WriteString(w, piece)
		}
		if i+1 == number("flush") {
			w.(http.Flusher).Flush()
		}
	}
}

func bodyOf(size int) string {
	return strings.Repeat(fmt.Sprintf("<%d>", size), size/3+1)[:size]
}

// TestBuffersAreNobodyElses writes pages of many sizes at once, whose buffers
// are used again and again, and looks at what each client got and what is kept.
func TestBuffersAreNobodyElses(t *testing.T) {
	const k = 1 << 10
	h := newSite(t).cached(http.HandlerFunc(pieces), cachepage.MaxBody(100*k))
	var targets []string
	for _, of := range []int{0, 1, 100, 4 * k, 32*k - 1, 32 * k, 32*k + 1, 36 * k, 36*k + 1, 99 * k, 100 * k, 100*k + 1, 130 * k} {
		for _, how := range []string{"&in=97", "&in=4096", "&in=5000", "&in=50000", "&in=97&flush=1", "&in=5000&flush=2"} {
			targets = append(targets, fmt.Sprintf("/?of=%d%s", of, how))
		}
	}
	check := func(target, when, got string) {
		u, _ := url.Parse(target)
		of, _ := strconv.Atoi(u.Query().Get("of"))
		if got != bodyOf(of) {
			t.Errorf("%s, %s: %d bytes that are not the page's", target, when, len(got))
		}
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range targets {
				target := targets[(i+g*len(targets)/4)%len(targets)]
				w := &slow{ResponseWriter: newWire()}
				h.ServeHTTP(w, request("GET", target))
				check(target, "made", w.body.String())
			}
		})
	}
	wg.Wait()
	for _, target := range targets {
		check(target, "kept", get(h, target).body)
	}
}

// TestThePumpTakesWhatNetHTTPWould counts writes: a page of many pieces must not
// wake the pump for each of them.
func TestThePumpTakesWhatNetHTTPWould(t *testing.T) {
	const k = 1 << 10
	h := newSite(t).cached(http.HandlerFunc(pieces))
	w := newWire()
	h.ServeHTTP(w, request("GET", fmt.Sprintf("/?of=%d&in=10", 96*k)))
	want(t, "bytes sent", w.sent, 96*k)
	if most := 1 + 1 + 64/4 + 1; len(w.said) > most { // header, what was held back, 4 KiB each, the rest
		t.Errorf("%d calls for a page of 96 KiB, want at most %d: %v", len(w.said), most, w)
	}
}

// TestEmptyWriteBeginsTheResponse: the header goes out with it, as in net/http.
func TestEmptyWriteBeginsTheResponse(t *testing.T) {
	for name, write := range map[string]func(w http.ResponseWriter){
		"Write":       func(w http.ResponseWriter) { w.Write(nil) },
		"WriteString": func(w http.ResponseWriter) { io.WriteString(w, "") },
	} {
		h := newSite(t).cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			write(w)
			w.WriteHeader(http.StatusNotFound) // too late
		}))
		want(t, name, get(h, "/p").status, http.StatusOK)
	}
}

// TestNothingIsWrittenBeyondTheAnnouncedLength: not by a write that would fit
// the buffer either.
func TestNothingIsWrittenBeyondTheAnnouncedLength(t *testing.T) {
	for name, write := range map[string]func(w http.ResponseWriter, s string) (int, error){
		"Write":       func(w http.ResponseWriter, s string) (int, error) { return w.Write([]byte(s)) },
		"WriteString": func(w http.ResponseWriter, s string) (int, error) { return io.WriteString(w, s) },
	} {
		var err error
		h := newSite(t).cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "4")
			write(w, "ab")
			write(w, "cd")
			_, err = write(w, "e")
		}))
		a := get(h, "/p")
		want(t, name+": body", a.body, "abcd")
		want(t, name+": error", err, http.ErrContentLength)
		want(t, name+": kept", get(h, "/p").hit(), false)
	}
}
