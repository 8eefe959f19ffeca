package cachepage_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/larder-go/larder/cachepage"
)

func TestConditionalAndRangeRequests(t *testing.T) {
	const date, earlier, later = "Mon, 23 Nov 2026 09:00:00 GMT", "Mon, 23 Nov 2026 08:00:00 GMT", "Mon, 23 Nov 2026 09:30:00 GMT"
	cases := []struct {
		name   string
		lines  []string
		status int
		body   string
	}{
		{"B5_40 the same tag", []string{`If-None-Match: "v1"`}, 304, ""},
		{"B5_42 compared weakly", []string{`If-None-Match: W/"v1"`}, 304, ""},
		{"B5_42 one of several", []string{`If-None-Match: "a", "v1"`}, 304, ""},
		{"B5_42 star", []string{"If-None-Match: *"}, 304, ""},
		{"another tag", []string{`If-None-Match: "v2"`}, 200, "0123456789"},
		{"B5_46 a malformed list", []string{"If-None-Match: v1"}, 200, "0123456789"},
		{"B5_41 not modified since", []string{"If-Modified-Since: " + later}, 304, ""},
		{"modified since", []string{"If-Modified-Since: " + earlier}, 200, "0123456789"},
		{"B5_46 an invalid date", []string{"If-Modified-Since: yesterday"}, 200, "0123456789"},
		{"B5_42 the tag goes before the date", []string{`If-None-Match: "v2"`, "If-Modified-Since: " + later}, 200, "0123456789"},
		{"B5_41 If-Match fails", []string{`If-Match: "v2"`}, 412, ""},
		{"B5_42 If-Match is strong", []string{`If-Match: W/"v1"`}, 412, ""},
		{"If-Match holds", []string{`If-Match: "v1"`}, 200, "0123456789"},
		{"B5_41 If-Unmodified-Since fails", []string{"If-Unmodified-Since: " + earlier}, 412, ""},
		{"B5_41 If-Match goes first", []string{`If-Match: "v2"`, `If-None-Match: "v1"`}, 412, ""},
	}
	whole := []string{`Etag: "v1"`, "Last-Modified: " + date, "Content-Type: text/plain", "X-Own: 1", "Content-Language: en"}
	for _, where := range []string{"on a hit", "on a miss", "on a wait"} {
		for _, c := range cases {
			t.Run(where+": "+c.name, func(t *testing.T) {
				v := page("0123456789", whole...)
				h := newSite(t).cached(v)
				a := ask(h, v, where, c.lines)
				want(t, "status", a.status, c.status)
				want(t, "body", a.body, c.body)
				if c.status == 304 {
					want(t, "B5_44 keeps", a.get("Etag")+" "+a.get("Last-Modified")+" "+a.get("Cache-Control"), `"v1" `+date+" max-age=60")
					want(t, "B5_44 drops", a.get("Content-Type")+a.get("Content-Length")+a.get("Content-Language"), "")
				}
				want(t, "the whole page is kept", get(h, "/p").body, "0123456789")
			})
		}
	}
	for _, c := range []struct {
		name         string
		lines        []string
		status       int
		body, ranged string
	}{
		{"a range", []string{"Range: bytes=2-4"}, 206, "234", "bytes 2-4/10"},
		{"the end", []string{"Range: bytes=-3"}, 206, "789", "bytes 7-9/10"},
		{"beyond the end", []string{"Range: bytes=8-99"}, 206, "89", "bytes 8-9/10"},
		{"not satisfiable", []string{"Range: bytes=10-"}, 416, "", "bytes */10"},
		{"malformed", []string{"Range: bytes=4-2"}, 200, "0123456789", ""},
		{"another unit", []string{"Range: lines=1-2"}, 200, "0123456789", ""},
		{"If-Range holds", []string{"Range: bytes=0-0", `If-Range: "v1"`}, 206, "0", "bytes 0-0/10"},
		{"If-Range fails", []string{"Range: bytes=0-0", `If-Range: "v2"`}, 200, "0123456789", ""},
		{"a precondition goes first", []string{"Range: bytes=0-0", `If-None-Match: "v1"`}, 304, "", ""},
	} {
		t.Run("on a hit: "+c.name, func(t *testing.T) {
			v := page("0123456789", whole...)
			a := ask(newSite(t).cached(v), v, "on a hit", c.lines)
			want(t, "status", a.status, c.status)
			want(t, "body", a.body, c.body)
			want(t, "Content-Range", a.get("Content-Range"), c.ranged)
			want(t, "from the cache", a.hit(), true)
			if c.status != 304 {
				want(t, "Content-Length", a.get("Content-Length"), fmt.Sprint(len(c.body)))
			}
		})
	}
}

// ask sends a request that finds the page kept, or not, or being made.
func ask(h http.Handler, v *view, where string, lines []string) (a answer) {
	switch where {
	case "on a hit":
		get(h, "/p")
	case "on a wait":
		begun, goOn, serve := make(chan bool), make(chan bool), v.serve
		v.serve = func(w http.ResponseWriter, r *http.Request) {
			close(begun)
			<-goOn
			serve(w, r)
		}
		var wg sync.WaitGroup
		defer wg.Wait()
		wg.Go(func() { get(h, "/p") })
		<-begun
		r := request("GET", "/p", lines...)
		return send(h, r.WithContext(&waiting{Context: r.Context(), begins: sync.OnceFunc(func() { close(goOn) })}))
	}
	return get(h, "/p", lines...)
}

// waiting is the context of a request; it tells when somebody begins to wait
// for its end, which a follower does once it has joined.
type waiting struct {
	context.Context
	begins func()
}

func (w *waiting) Done() <-chan struct{} {
	w.begins()
	return w.Context.Done()
}

func TestHeadWithConditions(t *testing.T) {
	h := newSite(t).cached(page("x", `Etag: "v1"`))
	get(h, "/p")
	want(t, "304", do(h, "HEAD", "/p", `If-None-Match: "v1"`).status, 304)
	a := do(h, "HEAD", "/p", "Range: bytes=0-0")
	want(t, "a range means nothing to HEAD", a.status, 200)
	want(t, "body", a.body, "")
}

func TestConditionsAreForSuccessOnly(t *testing.T) {
	h := newSite(t).cached(status(404, `Etag: "v1"`), cachepage.Status(404))
	for range 2 {
		want(t, "B5_43", get(h, "/p", `If-None-Match: "v1"`).status, 404)
	}
}

func TestOuterHeadersStayOnA304(t *testing.T) {
	inner := newSite(t).cached(page("x", `Etag: "v1"`, "X-Own: 1"))
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'self'")
		inner.ServeHTTP(w, r)
	})
	for _, where := range []string{"miss", "hit"} {
		a := get(h, "/p", `If-None-Match: "v1"`)
		want(t, where+": status", a.status, 304)
		want(t, where+": policy", a.get("Content-Security-Policy"), "default-src 'self'")
		want(t, where+": own", a.get("X-Own"), "")
	}
}

func TestEtagIsAddedWhereThereIsNone(t *testing.T) {
	h := newSite(t).cached(page("x"))
	tag := get(h, "/p").get("Etag")
	want(t, "there", tag != "", true)
	want(t, "on a hit", get(h, "/p").get("Etag"), tag)
	want(t, "good for a 304", get(h, "/p", "If-None-Match: "+tag).status, 304)

	h = newSite(t).cached(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "x")
		w.(http.Flusher).Flush()
	}))
	want(t, "not on what is streamed", get(h, "/p").get("Etag"), "")
	want(t, "but on its hits", get(h, "/p").get("Etag"), tag)
	want(t, "not for other statuses", get(newSite(t).cached(status(404), cachepage.Status(404)), "/p").get("Etag"), "")
	want(t, "nor for the origin's", get(newSite(t).CachePage(60e9, cachepage.FollowOrigin())(page("x", "Cache-Control: max-age=9")), "/p").get("Etag"), "")
}

func TestADigestOfTheWholeIsNotSentWithAPart(t *testing.T) {
	h := newSite(t).cached(page("0123456789", "Content-Digest: sha-256=:AAAA:", "Content-MD5: AAAA", "Repr-Digest: sha-256=:AAAA:"))
	get(h, "/p")
	part := get(h, "/p", "Range: bytes=1-3")
	want(t, "Content-Digest of a part", part.get("Content-Digest")+part.get("Content-MD5"), "")
	for ask, status := range map[string]int{"Range: bytes=10-": 416, `If-Match: "other"`: 412} {
		none := get(h, "/p", ask)
		want(t, ask, none.status, status)
		want(t, "Content-Digest of nothing", none.get("Content-Digest")+none.get("Content-MD5"), "")
	}
	want(t, "Repr-Digest of a part", part.get("Repr-Digest"), "sha-256=:AAAA:")
	want(t, "Content-Digest of the whole", get(h, "/p").get("Content-Digest"), "sha-256=:AAAA:")
}
