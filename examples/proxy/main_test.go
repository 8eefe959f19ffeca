package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
)

// The origin says how long its answer is fresh; until then it is asked once.
func TestAnswersFromTheCacheWhatTheOriginAllows(t *testing.T) {
	var asked atomic.Int32
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/fresh" {
			w.Header().Set("Cache-Control", "max-age=60")
		}
		io.WriteString(w, "hello "+r.Host)
	}))
	defer origin.Close()
	u, err := url.Parse(origin.URL)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(cached(u))
	defer front.Close()

	for _, c := range []struct {
		path  string
		asked int32
		hit   bool // at the second time
	}{
		{"/fresh", 1, true},
		{"/silent", 2, false},
	} {
		asked.Store(0)
		get(t, front.URL+c.path)
		body, status := get(t, front.URL+c.path)
		if want := "hello " + strings.TrimPrefix(front.URL, "http://"); body != want {
			t.Errorf("%s: body %q, want %q", c.path, body, want)
		}
		if got := strings.Contains(status, "; hit"); got != c.hit || asked.Load() != c.asked {
			t.Errorf("%s: Cache-Status %q and %d requests to the origin, want hit %v and %d", c.path, status, asked.Load(), c.hit, c.asked)
		}
	}
}

func get(t *testing.T, url string) (body, status string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), res.Header.Get("Cache-Status")
}
