package cachepage

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/larder-go/larder/internal/field"
)

// TestAcceptLanguageIsComparedAsEver: what is remembered of the last request
// changes nothing about how the next one is compared.
func TestAcceptLanguageIsComparedAsEver(t *testing.T) {
	l := &lookup{rt: &route{}}
	long := "de" + strings.Repeat(",en", maxRemembered)
	for _, lines := range [][]string{
		{""}, {"de"}, {"en;q=0.5,de"}, {"de"}, {"DE , en;q=0.50"}, {"de,en;q=0.5"}, nil, {""}, {"de", "en"}, {"de"}, {"de;q=x"}, {long}, {"de"}, {long, "de"}, {"*"},
	} {
		want, present := field.AppendSelecting(nil, "Accept-Language", lines)
		for range 2 {
			got, is := l.appendForm([]byte("key "), "Accept-Language", lines)
			if !bytes.Equal(got, append([]byte("key "), want...)) || is != present {
				t.Errorf("%q after another one: %q, %t; want %q, %t", lines, got, is, want, present)
			}
		}
	}
	if len(l.languages) > maxRemembered {
		t.Errorf("%d bytes of a request are remembered", len(l.languages))
	}
	l.r = &http.Request{Header: http.Header{"Accept-Language": {"de;q=0.5,en"}}}
	if n := testing.AllocsPerRun(100, func() { l.Values([]string{"Accept-Language"}) }); n != 0 {
		t.Errorf("%v allocations for a varied key", n)
	}
}
