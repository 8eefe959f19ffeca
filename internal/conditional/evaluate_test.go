package conditional

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	earlier = "Sun, 22 Nov 2026 09:00:00 GMT"
	changed = "Sun, 22 Nov 2026 10:00:00 GMT"
	later   = "Sun, 22 Nov 2026 11:00:00 GMT"
	sent    = "Sun, 22 Nov 2026 12:00:00 GMT"
)

// header makes a header of "Name: value" texts.
func header(fields ...string) http.Header {
	h := http.Header{}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ":")
		h.Add(name, strings.TrimPrefix(value, " "))
	}
	return h
}

func TestPreconditions(t *testing.T) {
	tagged := header(`ETag: "a"`, "Last-Modified: "+changed, "Date: "+sent)
	weakly := header(`ETag: W/"a"`, "Date: "+sent)
	dated := header("Last-Modified: "+changed, "Date: "+sent)
	undated := header("Date: " + sent)
	bare := header()
	for _, c := range []struct {
		clause  string
		request http.Header
		stored  http.Header
		want    Outcome
	}{
		{"no precondition", header(), tagged, Full},

		{"§13.1.1 If-Match matches", header(`If-Match: "b", "a"`), tagged, Full},
		{"§13.1.1 If-Match does not", header(`If-Match: "b"`), tagged, PreconditionFailed},
		{"§13.1.1 If-Match compares strongly", header(`If-Match: W/"a"`), weakly, PreconditionFailed},
		{"§13.1.1 If-Match *", header("If-Match: *"), bare, Full},
		{"§13.1.1 If-Match without a stored tag", header(`If-Match: "a"`), dated, PreconditionFailed},
		{"malformed If-Match is ignored", header("If-Match: b"), tagged, Full},

		{"§13.1.4 unmodified", header("If-Unmodified-Since: " + changed), tagged, Full},
		{"§13.1.4 modified", header("If-Unmodified-Since: " + earlier), tagged, PreconditionFailed},
		{"§13.1.4 no modification date", header("If-Unmodified-Since: " + earlier), undated, Full},
		{"§13.1.4 invalid date", header("If-Unmodified-Since: yesterday"), tagged, Full},
		{"§13.2.2 If-Match hides If-Unmodified-Since", header(`If-Match: "a"`, "If-Unmodified-Since: "+earlier), tagged, Full},

		{"§13.1.2 If-None-Match matches", header(`If-None-Match: "a"`), tagged, NotModified},
		{"§13.1.2 does not match", header(`If-None-Match: "b"`), tagged, Full},
		{"§13.1.2 first of several", header(`If-None-Match: "a", "b", "c"`), tagged, NotModified},
		{"§13.1.2 middle of several", header(`If-None-Match: "b", "a", "c"`), tagged, NotModified},
		{"§13.1.2 last of several", header(`If-None-Match: "b","c","a"`), tagged, NotModified},
		{"§13.1.2 over two lines", header(`If-None-Match: "b"`, `If-None-Match: "a"`), tagged, NotModified},
		{"§13.1.2 compares weakly", header(`If-None-Match: W/"a"`), tagged, NotModified},
		{"§13.1.2 compares weakly, stored weak", header(`If-None-Match: "a"`), weakly, NotModified},
		{"§13.1.2 *", header("If-None-Match: *"), bare, NotModified},
		{"§13.1.2 empty members", header(`If-None-Match: , "a",`), tagged, NotModified},
		{"§8.8.3 comma and backslash in a tag", header(`If-None-Match: "x,\", "a"`), tagged, NotModified},
		{"§8.8.3 beyond ASCII", header(`If-None-Match: "ü"`), header(`ETag: "ü"`), NotModified},
		{"§8.8.3 space in a tag", header(`If-None-Match: "a b"`), header(`ETag: "a b"`), Full},
		{"§8.8.3 case counts", header(`If-None-Match: "A"`), tagged, Full},
		{"§8.8.3 w is not W", header(`If-None-Match: w/"a"`), weakly, Full},
		{"malformed If-None-Match is ignored", header("If-None-Match: a"), tagged, Full},
		{"half malformed If-None-Match is ignored", header(`If-None-Match: "a", b`), tagged, Full},
		{"tags without comma", header(`If-None-Match: "b" "a"`), tagged, Full},
		{"open tag", header(`If-None-Match: "a`), tagged, Full},
		{"empty If-None-Match", header("If-None-Match:"), tagged, Full},
		{"unquoted stored tag never matches", header(`If-None-Match: "a"`), header("ETag: a"), Full},
		{"two stored tags are none", header(`If-None-Match: "a"`), header(`ETag: "a"`, `ETag: "b"`), Full},

		{"§13.1.3 not modified, same date", header("If-Modified-Since: " + changed), tagged, NotModified},
		{"§13.1.3 not modified, later date", header("If-Modified-Since: " + later), tagged, NotModified},
		{"§13.1.3 modified", header("If-Modified-Since: " + earlier), tagged, Full},
		{"§13.1.3 RFC 850 date", header("If-Modified-Since: Sunday, 22-Nov-26 10:00:00 GMT"), tagged, NotModified},
		{"§13.1.3 RFC 850 date, no stored Date", header("If-Modified-Since: Sunday, 22-Nov-26 10:00:00 GMT"), header("Last-Modified: " + changed), NotModified},
		{"§13.1.3 invalid date", header("If-Modified-Since: 0"), tagged, Full},
		{"§13.1.3 two dates", header("If-Modified-Since: "+later, "If-Modified-Since: "+later), tagged, Full},
		{"§13.1.3 If-None-Match hides it", header(`If-None-Match: "b"`, "If-Modified-Since: "+later), tagged, Full},
		{"§13.1.3 unreadable If-None-Match hides it too", header("If-None-Match: b", "If-Modified-Since: "+later), tagged, Full},
		{"RFC 9111 §4.3.2 Date stands in", header("If-Modified-Since: " + sent), undated, NotModified},
		{"RFC 9111 §4.3.2 Date stands in, earlier", header("If-Modified-Since: " + changed), undated, Full},
		{"no date at all", header("If-Modified-Since: " + sent), bare, Full},

		{"§13.2.2 412 before 304", header(`If-Match: "b"`, `If-None-Match: "a"`), tagged, PreconditionFailed},
		{"§13.2.2 If-Match met, then If-None-Match", header(`If-Match: "a"`, `If-None-Match: "a"`), tagged, NotModified},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got := Evaluate("GET", c.request, true, &Representation{Status: 200, Validators: ValidatorsOf(c.stored), Size: 10})
			if got.Outcome != c.want {
				t.Errorf("outcome %d, want %d", got.Outcome, c.want)
			}
		})
	}
}

func TestMethodAndStatus(t *testing.T) {
	request := header(`If-None-Match: "a"`, "Range: bytes=0-1")
	unmodified := header("If-Modified-Since: "+later, "Range: bytes=0-1")
	stored := header(`ETag: "a"`, "Last-Modified: "+changed)
	for _, c := range []struct {
		clause, method string
		status         int
		request        http.Header
		want           Outcome
	}{
		{"§13.1.2 HEAD", "HEAD", 200, request, NotModified},
		{"§13.1.2 other methods fail", "PUT", 200, request, PreconditionFailed},
		{"§13.1.3 HEAD", "HEAD", 200, unmodified, NotModified},
		{"§13.1.3 other methods ignore it", "PUT", 200, unmodified, Full},
		{"§13.2.1 any 2xx", "GET", 204, request, NotModified},
		{"§13.2.1 not of 404", "GET", 404, request, Full},
		{"§13.2.1 not of 301", "GET", 301, request, Full},
		{"§14.2 Range of HEAD is ignored", "HEAD", 200, header("Range: bytes=0-1"), Full},
		{"§14.2 Range of 203 is ignored", "GET", 203, header("Range: bytes=0-1"), Full},
		{"§14.2 Range of GET", "GET", 200, header("Range: bytes=0-1"), Partial},
	} {
		t.Run(c.clause, func(t *testing.T) {
			got := Evaluate(c.method, c.request, true, &Representation{Status: c.status, Validators: ValidatorsOf(stored), Size: 10})
			if got.Outcome != c.want {
				t.Errorf("outcome %d, want %d", got.Outcome, c.want)
			}
		})
	}
}

func TestWhenItWasMadeStandsInForDate(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		rule    string
		request http.Header
		stored  Validators
		want    Outcome
	}{
		{"made by then", header("If-Modified-Since: " + sent), Validators{Made: at}, NotModified},
		{"made since", header("If-Modified-Since: " + later), Validators{Made: at}, Full},
		{"Date comes first", header("If-Modified-Since: " + later), Validators{Date: []string{earlier}, Made: at}, NotModified},
		{"a Date that is none", header("If-Modified-Since: " + sent), Validators{Date: []string{"today"}, Made: at}, Full},
		{"made after the last change: a strong date", header("Range: bytes=0-1", "If-Range: "+changed), Validators{LastModified: []string{changed}, Made: at}, Partial},
		{"made with the last change: a weak one", header("Range: bytes=0-1", "If-Range: "+sent), Validators{LastModified: []string{sent}, Made: at}, Full},
		{"tells the century", header("If-Modified-Since: Sunday, 22-Nov-60 10:00:00 GMT"), Validators{Made: at}, NotModified},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got := Evaluate("GET", c.request, true, &Representation{Status: 200, Validators: c.stored, Size: 10})
			if got.Outcome != c.want {
				t.Errorf("outcome %d, want %d", got.Outcome, c.want)
			}
		})
	}
}

func TestEvaluateAllocatesNothing(t *testing.T) {
	stored := Representation{Status: 200, Size: 10, Validators: ValidatorsOf(header(`ETag: "a"`, "Last-Modified: "+changed))}
	for _, field := range []string{`If-None-Match: "b", "a"`, `If-Match: "a"`, "If-Modified-Since: " + sent} {
		request := header(field)
		if n := testing.AllocsPerRun(100, func() { Evaluate("GET", request, true, &stored) }); n != 0 {
			t.Errorf("%s: %v allocations", field, n)
		}
	}
}

func TestKeeps304(t *testing.T) {
	for name, want := range map[string]bool{
		"Cache-Control": true, "Content-Location": true, "Date": true, "Etag": true, "Expires": true,
		"Last-Modified": true, "Vary": true, "Set-Cookie": true, "Age": true, "Cache-Status": true,
		"Access-Control-Allow-Origin": true,
		"Content-Type":                false, "Content-Length": false, "Content-Encoding": false, "Content-Range": false, "X-Custom": false,
	} {
		if got := Keeps304(name); got != want {
			t.Errorf("Keeps304(%s) = %v", name, got)
		}
	}
}

func ExampleEvaluate() {
	request := http.Header{"If-None-Match": {`"v1"`}}
	stored := Representation{Status: 200, Validators: ValidatorsOf(http.Header{"Etag": {`"v1"`}}), Size: 1024}
	fmt.Println(Evaluate("GET", request, true, &stored).Outcome == NotModified)
	// Output: true
}
