package cachepage_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// document is an origin that answers range requests by the book.
type document struct {
	*view
	text, tag string
	lines     []string
	asked     string // Range and If-Range of the last request
}

func newDocument(lines ...string) *document {
	d := &document{text: "0123456789", tag: `"1"`, lines: append(lines, "Content-Type: text/plain")}
	if len(lines) == 0 {
		d.lines = append(d.lines, "Cache-Control: max-age=60")
	}
	d.view = &view{serve: func(w http.ResponseWriter, r *http.Request) {
		d.asked = strings.Trim(r.Header.Get("Range")+" "+r.Header.Get("If-Range"), " ")
		addLines(w.Header(), d.lines)
		w.Header().Set("Etag", d.tag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(d.text))
	}}
	return d
}

// outcome is what the tests here look at, in one line.
func (a answer) outcome() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", a.status, a.body, a.get("Content-Range")))
}

const (
	stored  = "larder; fwd=uri-miss; fwd-status=206; stored"
	isHit   = "larder; hit; ttl=60"
	whole   = "200 0123456789"
	asWhole = "larder; fwd=partial; fwd-status=200; stored"
)

func TestPartsOfPages(t *testing.T) {
	type step struct {
		ask   string // header lines
		want  string // status, body, Content-Range
		cache string // Cache-Status
		asked string // of the origin, where it is asked
	}
	for _, c := range []struct {
		clause string
		steps  []step
	}{
		{"RFC 9111 §3.3: what lies within is answered", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", isHit, ""},
			{"Range: bytes=3-4", "206 34 bytes 3-4/10", isHit, ""},
			{"Range: bytes=2-3,4-5", "206 2345 bytes 2-5/10", isHit, ""},
		}},
		{"a suffix", []step{
			{"Range: bytes=-3", "206 789 bytes 7-9/10", stored, "bytes=-3"},
			{"Range: bytes=-2", "206 89 bytes 8-9/10", isHit, ""},
			{"Range: bytes=8-", "206 89 bytes 8-9/10", isHit, ""},
			{"Range: bytes=-4", "206 6789 bytes 6-9/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=-4"},
		}},
		{"§3.3: never an answer to a request for the whole", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"", whole, asWhole, ""},
			{"", whole, isHit, ""},
			{"Range: bytes=0-0", "206 0 bytes 0-0/10", isHit, ""},
		}},
		{"§3.3: the rest is asked for and makes it whole", []step{
			{"Range: bytes=0-4", "206 01234 bytes 0-4/10", stored, "bytes=0-4"},
			{"", whole, "larder; fwd=partial; fwd-status=206; stored", `bytes=5- "1"`},
			{"", whole, isHit, ""},
			{"Range: bytes=-1", "206 9 bytes 9-9/10", isHit, ""},
		}},
		{"§3.4: parts that touch are joined", []step{
			{"Range: bytes=4-5", "206 45 bytes 4-5/10", stored, "bytes=4-5"},
			{"Range: bytes=6-7", "206 67 bytes 6-7/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=6-7"},
			{"Range: bytes=4-7", "206 4567 bytes 4-7/10", isHit, ""},
		}},
		{"§3.4: and those that overlap, up to the whole", []step{
			{"Range: bytes=4-", "206 456789 bytes 4-9/10", stored, "bytes=4-"},
			{"Range: bytes=0-5", "206 012345 bytes 0-5/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=0-5"},
			{"", whole, isHit, ""},
		}},
		{"of two apart the later one stays", []step{
			{"Range: bytes=0-1", "206 01 bytes 0-1/10", stored, "bytes=0-1"},
			{"Range: bytes=5-6", "206 56 bytes 5-6/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=5-6"},
			{"Range: bytes=5-5", "206 5 bytes 5-5/10", isHit, ""},
			{"Range: bytes=1-1", "206 1 bytes 1-1/10", "larder; fwd=partial; fwd-status=206; stored", "bytes=1-1"},
		}},
		{"a range that is all there is makes a page", []step{
			{"Range: bytes=0-", "206 0123456789 bytes 0-9/10", stored, "bytes=0-"},
			{"", whole, isHit, ""},
		}},
		{"what cannot be satisfied is the origin's to refuse", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=20-", "416 invalid range: failed to overlap\n bytes */10", "larder; fwd=partial; fwd-status=416; detail=status", "bytes=20-"},
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", isHit, ""},
		}},
		{"a malformed range is the origin's to judge", []step{
			{"Range: bytes=0-4", "206 01234 bytes 0-4/10", stored, "bytes=0-4"},
			{"Range: bytes=4-0", "416 invalid range", "larder; fwd=partial; fwd-status=416", "bytes=4-0"},
		}},
		{"RFC 9110 §13.1.5: If-Range", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-3|If-Range: \"1\"", "206 23 bytes 2-3/10", isHit, ""},
			{"Range: bytes=2-3|If-Range: W/\"1\"", whole, "larder; fwd=partial; fwd-status=200; stored", `bytes=2-3 W/"1"`},
		}},
		{"RFC 9110 §15.3.7: a 206 to If-Range is no page by itself", []step{
			{"Range: bytes=2-5|If-Range: \"1\"", "206 2345 bytes 2-5/10", "larder; fwd=uri-miss; fwd-status=206; detail=partial", `bytes=2-5 "1"`},
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=5-8|If-Range: \"1\"", "206 5678 bytes 5-8/10", "larder; fwd=partial; fwd-status=206; stored", `bytes=5-8 "1"`},
			{"Range: bytes=2-8", "206 2345678 bytes 2-8/10", isHit, ""},
		}},
		{"RFC 9110 §13.2.2: preconditions come before Range", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-5|If-None-Match: \"1\"", "304", isHit, ""},
			{"Range: bytes=2-5|If-None-Match: \"0\"", "206 2345 bytes 2-5/10", isHit, ""},
			{"Range: bytes=0-1|If-None-Match: \"1\"", "304", "larder; fwd=partial; fwd-status=304; detail=status", "bytes=0-1"},
			{"If-None-Match: \"1\"", "304", "larder; fwd=partial; fwd-status=304; detail=status", ""},
		}},
		{"RFC 9111 §5.2.1.7: only-if-cached", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-2|Cache-Control: only-if-cached", "206 2 bytes 2-2/10", isHit, ""},
			{"Cache-Control: only-if-cached", "504", "larder; detail=only-if-cached", ""},
			{"Range: bytes=0-2|Cache-Control: only-if-cached", "504", "larder; detail=only-if-cached", ""},
		}},
		{"RFC 9111 §5.2.1.4: no-cache", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-5|Cache-Control: no-cache", "206 2345 bytes 2-5/10", "larder; fwd=request; fwd-status=206; stored", "bytes=2-5"},
		}},
		{"RFC 9111 §3.5: Authorization", []step{
			{"Range: bytes=2-5", "206 2345 bytes 2-5/10", stored, "bytes=2-5"},
			{"Range: bytes=2-5|Authorization: a", "206 2345 bytes 2-5/10", "larder; fwd=uri-miss; fwd-status=206; detail=authorization", "bytes=2-5"},
		}},
	} {
		t.Run(c.clause, func(t *testing.T) {
			d := newDocument()
			h := newSite(t).follow(d)
			for i, s := range c.steps {
				d.asked = ""
				var lines []string
				if s.ask != "" {
					lines = strings.Split(s.ask, "|")
				}
				a := get(h, "/p", lines...)
				what := fmt.Sprintf("step %d, %q: ", i+1, s.ask)
				want(t, what+"answer", strings.TrimSpace(a.outcome()), s.want)
				want(t, what+"Cache-Status", a.cache(), s.cache)
				want(t, what+"asked of the origin", d.asked, s.asked)
				if a.status == 206 {
					want(t, what+"Content-Length", a.get("Content-Length"), fmt.Sprint(len(a.body)))
					want(t, what+"Content-Type", a.get("Content-Type"), "text/plain")
				}
			}
		})
	}
}
