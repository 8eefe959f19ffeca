package cachepage_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/larder-go/larder/cachepage"
)

// board is a page that POST changes: GET and POST both answer with its state.
type board struct {
	state    atomic.Int32
	gets     atomic.Int32
	answer   func(w http.ResponseWriter, state int32) // to POST
	answered func()                                   // POST has made its answer but not sent it
}

func (b *board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		b.gets.Add(1)
		w.Header().Set("Cache-Control", "max-age=60")
		fmt.Fprint(w, "state ", b.state.Load())
		return
	}
	state := b.state.Add(1)
	if b.answered != nil {
		b.answered()
	}
	b.answer(w, state)
}

// itself is an answer to POST that is the page, as RFC 9110 §9.3.3 asks for.
func itself(w http.ResponseWriter, state int32) {
	w.Header().Set("Cache-Control", "max-age=60")
	w.Header().Set("Content-Location", "http://shop.example/board")
	fmt.Fprint(w, "state ", state)
}

// RFC 9110 §9.3.3: which answers to POST answer the next GET. That one must
// show the new state in any case.
func TestAnswerToPOSTServesLaterGETs(t *testing.T) {
	with := func(lines ...string) func(http.ResponseWriter, int32) {
		return func(w http.ResponseWriter, state int32) {
			w.Header().Set("Cache-Control", "max-age=60")
			w.Header().Set("Content-Location", "/board")
			addLines(w.Header(), lines)
			fmt.Fprint(w, "state ", state)
		}
	}
	for _, c := range []struct {
		name   string
		answer func(w http.ResponseWriter, state int32)
		lines  []string // of the POST
		opts   []cachepage.Option
		kept   bool
	}{
		{"explicit freshness and its own Content-Location", itself, nil, nil, true},
		{"Content-Location of another page", func(w http.ResponseWriter, state int32) {
			w.Header().Set("Cache-Control", "max-age=60")
			w.Header().Set("Content-Location", "/other")
		}, nil, nil, false},
		{"no freshness", func(w http.ResponseWriter, state int32) { w.Header().Set("Content-Location", "/board") }, nil, nil, false},
		{"no-store", with("Cache-Control: no-store"), nil, nil, false},
		{"a cookie for the sender", with("Set-Cookie: a=b"), nil, nil, false},
		{"Vary: *", with("Vary: *"), nil, nil, false},
		{"a sender with a session", itself, []string{"Cookie: sessionid=1"}, nil, false},
		{"a sender with Authorization", itself, []string{"Authorization: Basic x"}, nil, false},
		{"a body that streams", func(w http.ResponseWriter, state int32) {
			itself(w, state)
			http.NewResponseController(w).Flush()
		}, nil, nil, false},
		{"a body beyond what goes out whole", func(w http.ResponseWriter, state int32) {
			itself(w, state)
			io.WriteString(w, strings.Repeat("x", 64<<10))
		}, nil, nil, false},
		{"an answer that is too short", func(w http.ResponseWriter, state int32) {
			w.Header().Set("Content-Length", "100")
			itself(w, state)
		}, nil, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &board{answer: c.answer}
			h := newSite(t).CachePage(0, append(c.opts, cachepage.FollowOrigin())...)(b)
			get(h, "/board")
			do(h, http.MethodPost, "/board", c.lines...)
			b.gets.Store(0)
			a := get(h, "/board")
			want(t, "body", a.body, "state 1")
			want(t, "kept", b.gets.Load() == 0, c.kept)
		})
	}
}

// A POST that ends without an answer has changed the page all the same, once it
// had said so.
func TestPOSTThatBreaksOffInvalidates(t *testing.T) {
	b := &board{answer: func(w http.ResponseWriter, state int32) {
		itself(w, state)
		panic(http.ErrAbortHandler)
	}}
	h := newSite(t).CachePage(0, cachepage.FollowOrigin())(b)
	get(h, "/board")
	panics(func() { do(h, http.MethodPost, "/board") })
	want(t, "body", get(h, "/board").body, "state 1")
}

// All variants of the page give way, and only the one that was answered is
// there already.
func TestPOSTReplacesEveryVariant(t *testing.T) {
	b := &board{answer: func(w http.ResponseWriter, state int32) {
		w.Header().Set("Vary", "Accept-Language")
		itself(w, state)
	}}
	h := newSite(t).CachePage(0, cachepage.FollowOrigin(), cachepage.VaryOn("Accept-Language"))(b)
	for _, lang := range []string{"de", "en"} {
		get(h, "/board", "Accept-Language: "+lang)
	}
	do(h, http.MethodPost, "/board", "Accept-Language: de")
	b.gets.Store(0)
	want(t, "de", get(h, "/board", "Accept-Language: de").body, "state 1")
	want(t, "asked for de", b.gets.Load(), 0)
	want(t, "en", get(h, "/board", "Accept-Language: en").body, "state 1")
	want(t, "asked for en", b.gets.Load(), 1)
}

// Whatever is invalidated while a POST is under way, its answer is older than
// that and must not be kept.
func TestPOSTDuringAnInvalidation(t *testing.T) {
	for _, c := range []struct {
		name       string
		invalidate func(s *site, h http.Handler)
	}{
		{"Purge", func(s *site, _ http.Handler) { s.Purge(t.Context(), "http://shop.example/board") }},
		{"Clear", func(s *site, _ http.Handler) { s.Clear(t.Context()) }},
		{"Invalidate of its tag", func(s *site, _ http.Handler) { s.Invalidate(t.Context(), "board") }},
		{"another POST, kept too", func(_ *site, h http.Handler) { do(h, http.MethodPost, "/board") }},
		{"DELETE", func(_ *site, h http.Handler) { do(h, http.MethodDelete, "/board") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			b := &board{answer: itself}
			h := s.CachePage(0, cachepage.FollowOrigin(), cachepage.Tags("board"))(b)
			first := true
			b.answered = func() {
				if first {
					first = false
					c.invalidate(s, h)
					b.state.Add(1)
				}
			}
			do(h, http.MethodPost, "/board")
			want(t, "body", get(h, "/board").body, fmt.Sprint("state ", b.state.Load()))
		})
	}
}

// A GET that began before the POST and ends after it shows the old state: it is
// not kept.
func TestGETDuringAPOST(t *testing.T) {
	s := newSite(t)
	b := &board{answer: itself}
	slow := &view{}
	h := s.CachePage(0, cachepage.FollowOrigin())(slow)
	slow.serve = func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && slow.runs.Load() == 1 {
			b.ServeHTTP(w, r)
			do(h, http.MethodPost, "/board")
			return
		}
		b.ServeHTTP(w, r)
	}
	want(t, "the GET itself", get(h, "/board").body, "state 0")
	want(t, "afterwards", get(h, "/board").body, "state 1")
}

// Under a server TTL the answer to a POST is its sender's.
func TestPOSTIsNotKeptUnderATTL(t *testing.T) {
	b := &board{answer: itself}
	h := newSite(t).CachePage(time.Minute)(b)
	do(h, http.MethodPost, "/board")
	want(t, "hit", get(h, "/board").hit(), false)
}

// The same on a store that is shared: the token of the URL is exchanged.
func TestPOSTOnASharedStore(t *testing.T) {
	far := &counting{}
	b := &board{answer: itself}
	one, two := newSiteOn(t, far), newSiteOn(t, far)
	h1 := one.CachePage(0, cachepage.FollowOrigin())(b)
	h2 := two.CachePage(0, cachepage.FollowOrigin())(b)
	get(h1, "/board")
	get(h2, "/board")
	do(h1, http.MethodPost, "/board")
	b.gets.Store(0)
	want(t, "the other process", get(h2, "/board").body, "state 1")
	want(t, "asked for it", b.gets.Load(), 0)
	want(t, "hit", get(h2, "/board").hit(), true)
	if err := one.Invalidate(t.Context(), "no such tag"); err != nil {
		t.Fatal(err)
	}
	want(t, "still", get(h1, "/board").hit(), true)
	if err := two.Purge(t.Context(), "http://shop.example/board"); err != nil {
		t.Fatal(err)
	}
	want(t, "after a Purge", get(h1, "/board").hit(), false)
}
