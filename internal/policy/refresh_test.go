package policy

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestForMiss(t *testing.T) {
	sent := header("Accept: */*", "Range: bytes=0-1", `If-Range: "a"`, `If-None-Match: "a"`, "If-Modified-Since: "+hourAgo, `If-Match: "a"`, "If-Unmodified-Since: "+hourAgo)
	if diff := cmp.Diff(header("Accept: */*"), (&Policy{}).ForMiss(sent)); diff != "" {
		t.Errorf("E3 28, 29: under a TTL the handler is asked in full, -want +got\n%s", diff)
	}
	if diff := cmp.Diff(sent, (&Policy{Follow: true}).ForMiss(sent)); diff != "" || len(sent) != 7 {
		t.Errorf("with Follow the request goes on as it came, -want +got\n%s", diff)
	}
	plain := header("Accept: */*")
	if n := testing.AllocsPerRun(100, func() { Unconditional(plain) }); n != 0 {
		t.Errorf("a request without conditions is copied: %v allocations", n)
	}
}

// RFC 9111 §3.3, RFC 9110 §13.1.5: the rest, if the whole has not changed.
func TestRest(t *testing.T) {
	sent := header("Accept: */*", `If-None-Match: "b"`, "If-Range: "+hourAgo)
	before := sent.Clone()
	got := Rest(sent, header(`ETag: "a"`, "Last-Modified: "+hourAgo), 5)
	if diff := cmp.Diff(header("Accept: */*", "Range: bytes=5-", `If-Range: "a"`), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if diff := cmp.Diff(before, sent); diff != "" {
		t.Errorf("the visitor's header was changed\n%s", diff)
	}
}

func TestValidators(t *testing.T) {
	for _, c := range []struct {
		clause       string
		sent, stored http.Header
		want         http.Header
	}{
		{"§4.3.1 both validators", header("Accept: */*"), header(`ETag: "a"`, "Last-Modified: "+hourAgo),
			header("Accept: */*", `If-None-Match: "a"`, "If-Modified-Since: "+hourAgo)},
		{"§4.3.1 weak tag", header(), header(`ETag: W/"a"`), header(`If-None-Match: W/"a"`)},
		{"§4.3.1 date alone", header(), header("Last-Modified: " + hourAgo), header("If-Modified-Since: " + hourAgo)},
		{"§4.3.2 in place of the visitor's", header(`If-None-Match: "b"`, "If-Modified-Since: "+inAnHour, "Range: bytes=0-1", `If-Range: "b"`), header(`ETag: "a"`),
			header(`If-None-Match: "a"`)},
		{"no validator", header("Accept: */*"), header(), header("Accept: */*")},
	} {
		t.Run(c.clause, func(t *testing.T) {
			before := c.sent.Clone()
			if diff := cmp.Diff(c.want, Validators(c.sent, c.stored)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if diff := cmp.Diff(before, c.sent); diff != "" {
				t.Errorf("the visitor's header was changed\n%s", diff)
			}
		})
	}
}

func TestValidates(t *testing.T) {
	stored := header(`ETag: "a"`, "Last-Modified: "+hourAgo)
	for _, c := range []struct {
		clause string
		stored http.Header
		fresh  http.Header
		want   bool
	}{
		{"§4.3.4 same strong tag", stored, header(`ETag: "a"`), true},
		{"§4.3.4 same tag, one weak", stored, header(`ETag: W/"a"`), true},
		{"§4.3.4 other tag", stored, header(`ETag: "b"`, "Last-Modified: "+hourAgo), false},
		{"§4.3.4 malformed tag", stored, header(`ETag: a`), false},
		{"§4.3.4 same date", stored, header("Last-Modified: " + hourAgo), true},
		{"§4.3.4 other date", stored, header("Last-Modified: " + tenHoursAgo), false},
		{"§4.3.4 no validator", stored, header(), true},
	} {
		if got := Validates(c.stored, c.fresh); got != c.want {
			t.Errorf("%s: got %v", c.clause, got)
		}
	}
}

func TestUpdate304(t *testing.T) {
	stored := header("Content-Type: text/html", "Content-Length: 36", "Content-Encoding: gzip", "Content-Digest: d=:page:", "Date: "+hourAgo, "X-Kept: 1", "X-New: old", "Cache-Control: max-age=1")
	fresh := header("Content-Length: 10", "Content-Encoding: br", "Content-Range: bytes 0-1/2", "Content-Digest: d=:empty:", "X-New: new", "Cache-Control: max-age=3600",
		"Connection: X-Hop", "X-Hop: 1", "Keep-Alive: x", "Set-Cookie: a=b", "Age: 3")
	before := stored.Clone()
	got := Update304(stored, fresh)
	want := header("Content-Type: text/html", "Content-Length: 36", "Content-Encoding: gzip", "Content-Digest: d=:page:", "X-Kept: 1", "X-New: new", "Cache-Control: max-age=3600", "Age: 3")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("§3.2: -want +got\n%s", diff)
	}
	if diff := cmp.Diff(before, stored); diff != "" {
		t.Errorf("the stored header was changed\n%s", diff)
	}
	if got := Update304(stored, header(dateNow)).Get("Date"); got != "Sun, 22 Nov 2026 12:00:00 GMT" {
		t.Errorf("the new Date counts: got %q", got)
	}
}

func TestAnUpdatedResponseIsFreshAgain(t *testing.T) {
	stored := header("Date: "+tenHoursAgo, "Cache-Control: max-age=3600", `ETag: "a"`)
	resp := answer(200)
	resp.Header = Update304(stored, header(`ETag: "a"`))
	p := &Policy{Follow: true}
	v := p.Store(request("GET"), resp)
	if v.Life.Fresh != time.Hour {
		t.Errorf("§4.3.4: fresh for %v, want 1h", v.Life.Fresh)
	}
	if got := p.Fields(resp).Get("Date"); got != "Sun, 22 Nov 2026 12:00:00 GMT" {
		t.Errorf("Date: %s", got)
	}
}

func TestHeadAgrees(t *testing.T) {
	stored := header(`ETag: "a"`, "Last-Modified: "+hourAgo)
	for _, c := range []struct {
		clause string
		fresh  http.Header
		want   bool
	}{
		{"§4.3.5 nothing to compare", header(), true},
		{"§4.3.5 all the same", header(`ETag: "a"`, "Last-Modified: "+hourAgo, "Content-Length: 10"), true},
		{"§4.3.5 other length", header("Content-Length: 11"), false},
		{"§4.3.5 other tag", header(`ETag: "b"`), false},
		{"§4.3.5 other date", header("Last-Modified: " + tenHoursAgo), false},
	} {
		if got := HeadAgrees(stored, c.fresh, 10); got != c.want {
			t.Errorf("%s: got %v", c.clause, got)
		}
	}
}
