package cachepage_test

import (
	"net/http/httptest"
	"testing"
)

// TestPurgeFindsAPathThatWasNotEscaped, as curl sends it.
func TestPurgeFindsAPathThatWasNotEscaped(t *testing.T) {
	for _, c := range []struct{ asked, purge string }{
		{"/café", "/café"}, {"/café", "/caf%C3%A9"}, {"/é%20b", "/é%20b"}, {"/a\"b", "/a%22b"},
	} {
		s := newSite(t)
		h := s.cached(numbered())
		ask := func(method string) answer {
			r := httptest.NewRequest(method, c.asked, nil)
			r.Host = "shop.example"
			return send(h, r)
		}
		ask("GET")
		want(t, c.asked+": a hit before", ask("GET").hit(), true)
		if err := s.Purge(t.Context(), "http://shop.example"+c.purge); err != nil {
			t.Fatal(err)
		}
		want(t, c.asked+": a hit afterwards", ask("GET").hit(), false)
		ask("POST")
		want(t, c.asked+": a hit after a POST", ask("GET").hit(), false)
	}
}
