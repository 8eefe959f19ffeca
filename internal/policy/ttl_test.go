package policy

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStoreUnderTTL(t *testing.T) {
	const hour = time.Hour
	ttl := Policy{TTL: hour}
	fromResponse := Policy{TTL: hour, FromResponse: true}
	for _, c := range []struct {
		rule  string
		p     Policy
		r     *http.Request
		resp  Response
		want  string
		fresh time.Duration
	}{
		{"B2 8: 200", ttl, request("GET"), answer(200), "", hour},
		{"B1 3: HEAD", ttl, request("HEAD"), answer(200), "", hour},
		{"B1 1: POST never", ttl, request("POST"), answer(200, "Cache-Control: max-age=60", "Content-Location: /p?a=1"), "method", 0},
		{"B2 8: 404", ttl, request("GET"), answer(404), "status", 0},
		{"B2 8: 500", ttl, request("GET"), answer(500), "status", 0},
		{"B2 8: 301", ttl, request("GET"), answer(301), "status", 0},
		{"B2 8: 304", ttl, request("GET"), answer(304), "status", 0},
		{"E3 25: 404 when named", Policy{TTL: hour, Statuses: []int{404}}, request("GET"), answer(404), "", hour},
		{"E3 28: 206 even when named", Policy{TTL: hour, Statuses: []int{206}}, request("GET"), answer(206), "partial", 0},
		{"304 even when named", Policy{TTL: hour, Statuses: []int{304}}, request("GET"), answer(304), "status", 0},
		{"interim status even when named", Policy{TTL: hour, Statuses: []int{103}}, request("GET"), answer(103), "status", 0},

		{"B2 13: the argument wins", ttl, request("GET"), answer(200, "Cache-Control: max-age=10"), "", hour},
		{"B2 16: the argument wins over more", ttl, request("GET"), answer(200, "Cache-Control: max-age=99999"), "", hour},
		{"B2 14: max-age=0 with an argument", ttl, request("GET"), answer(200, "Cache-Control: max-age=0"), "", hour},
		{"B2 15: max-age without argument", fromResponse, request("GET"), answer(200, "Cache-Control: max-age=10"), "", 10 * time.Second},
		{"B2 13: default without either", fromResponse, request("GET"), answer(200), "", hour},
		{"B2 14: max-age=0 without argument", fromResponse, request("GET"), answer(200, "Cache-Control: max-age=0"), "ttl", 0},
		{"B4 37: a bad max-age is none", fromResponse, request("GET"), answer(200, "Cache-Control: max-age=soon"), "", hour},
		{"B2 14: TTL 0", Policy{}, request("GET"), answer(200), "ttl", 0},
		{"B2 17: negative TTL", Policy{TTL: -1}, request("GET"), answer(200), "ttl", 0},
		{"Forever", Policy{TTL: Forever}, request("GET"), answer(200), "", Forever},
		{"Age does not shorten the TTL", ttl, request("GET"), answer(200, "Age: 7200"), "", hour},

		{"B2 9: private", ttl, request("GET"), answer(200, "Cache-Control: Private"), "private", 0},
		{"E1 3: private with field names", ttl, request("GET"), answer(200, `Cache-Control: private="x"`), "private", 0},
		{"E1 3: no-store on a second line, padded", ttl, request("GET"), answer(200, "Cache-Control: public", "Cache-Control:  ,\tNO-store "), "no-store", 0},
		{"E1 3: no-cache", ttl, request("GET"), answer(200, "Cache-Control: No-CaChE"), "no-cache", 0},
		{"B2 9: whole names", ttl, request("GET"), answer(200, "Cache-Control: x-private, not-no-store"), "", hour},
		{"no-store wins over must-understand", ttl, request("GET"), answer(200, "Cache-Control: no-store, must-understand"), "no-store", 0},
		{"B2 10: Vary: *", ttl, request("GET"), answer(200, "Vary: *"), "vary-star", 0},
		{"E1 4: padded *", ttl, request("GET"), answer(200, "Vary: Cookie ,  * "), "vary-star", 0},
		{"E1 4: * on a second line", ttl, request("GET"), answer(200, "Vary: Cookie", "Vary: *"), "vary-star", 0},
		{"Vary", ttl, request("GET"), answer(200, "Vary: Cookie"), "", hour},
		{"E1 1: Set-Cookie", ttl, request("GET"), answer(200, "Set-Cookie: a=b", "Cache-Control: public"), "set-cookie", 0},
		{"E1 1: Set-Cookie2", ttl, request("GET"), answer(200, "Set-Cookie2: a=b"), "set-cookie", 0},
		{"E1 2: Authorization", ttl, request("GET", "Authorization: x"), answer(200, "Cache-Control: max-age=60"), "authorization", 0},
		{"E1 2: Authorization, public", ttl, request("GET", "Authorization: x"), answer(200, "Cache-Control: public"), "", hour},
		{"E1 2: Authorization, s-maxage", ttl, request("GET", "Authorization: x"), answer(200, "Cache-Control: s-maxage=1"), "", hour},
		{"E1 2: Authorization, must-revalidate", ttl, request("GET", "Authorization: x"), answer(200, "Cache-Control: must-revalidate"), "", hour},
		{"E1 10: nonce", ttl, request("GET"), answer(200, "Content-Security-Policy: script-src 'Nonce-abc'"), "csp-nonce", 0},
		{"E1 10: nonce in the report-only policy", ttl, request("GET"), answer(200, "Content-Security-Policy-Report-Only: script-src 'nonce-abc'"), "csp-nonce", 0},
		{"E1 10: policy without nonce", ttl, request("GET"), answer(200, "Content-Security-Policy: default-src 'self'"), "", hour},
		{"E3 31: one origin", ttl, request("GET"), answer(200, "Access-Control-Allow-Origin: https://a.example"), "cors", 0},
		{"E3 31: one origin with Vary", ttl, request("GET"), answer(200, "Access-Control-Allow-Origin: https://a.example", "Vary: Accept, ORIGIN"), "", hour},
		{"E3 31: any origin", ttl, request("GET"), answer(200, "Access-Control-Allow-Origin: *"), "", hour},
		{"E5 39: trailers", ttl, request("GET"), answer(200, "Trailer: Digest"), "trailer", 0},

		{"E3 26: redirect within the host", Policy{TTL: hour, Statuses: []int{302}}, request("GET"), answer(302, "Location: /q"), "", hour},
		{"E3 26: absolute redirect within the host", Policy{TTL: hour, Statuses: []int{302}}, request("GET"), answer(302, "Location: https://Shop.Example/q"), "", hour},
		{"E3 26: redirect elsewhere", Policy{TTL: hour, Statuses: []int{302}}, request("GET"), answer(302, "Location: https://evil.example/"), "redirect", 0},
		{"E3 26: redirect elsewhere without scheme", Policy{TTL: hour, Statuses: []int{302}}, request("GET"), answer(302, "Location: //evil.example/"), "redirect", 0},
		{"E3 26: redirect that does not parse", Policy{TTL: hour, Statuses: []int{302}}, request("GET"), answer(302, "Location: %zz"), "redirect", 0},
		{"E3 26: choice without Location", Policy{TTL: hour, Statuses: []int{300}}, request("GET"), answer(300), "", hour},

		{"E3 33: no-store of the request is ignored", ttl, request("GET", "Cache-Control: no-store"), answer(200), "", hour},
		{"HonorRequest: no-store of the request", Policy{TTL: hour, HonorRequest: true}, request("GET", "Cache-Control: no-store"), answer(200), "request", 0},
		{"a targeted field does not count", ttl, request("GET"), answer(200, "CDN-Cache-Control: no-store"), "", hour},
	} {
		t.Run(c.rule, func(t *testing.T) {
			v := c.p.Store(c.r, c.resp)
			if v.Store != (c.want == "") || v.Reason != c.want {
				t.Fatalf("store %v, reason %q; want reason %q", v.Store, v.Reason, c.want)
			}
			if v.Store && v.Life.Fresh != c.fresh {
				t.Errorf("fresh for %v, want %v", v.Life.Fresh, c.fresh)
			}
		})
	}
}

func TestLifeUnderTTL(t *testing.T) {
	p := Policy{TTL: time.Hour, StaleWhileRevalidate: time.Minute, StaleIfError: time.Second}
	for _, c := range []struct {
		rule   string
		fields []string
		want   Life
	}{
		{"windows of the route", []string{`ETag: "a"`},
			Life{Fresh: time.Hour, StaleWhileRevalidate: time.Minute, StaleIfError: time.Second, Keep: time.Minute, ErrorExplicit: true}},
		{"windows of the response do not count", []string{"Cache-Control: stale-if-error=9999, s-maxage=1"},
			Life{Fresh: time.Hour, StaleWhileRevalidate: time.Minute, StaleIfError: time.Second, Keep: time.Minute, ErrorExplicit: true, Authorized: true}},
		{"must-revalidate forbids stale use", []string{"Cache-Control: must-revalidate"},
			Life{Fresh: time.Hour, StaleWhileRevalidate: time.Minute, StaleIfError: time.Second, ErrorExplicit: true, Authorized: true, NoStale: true}},
		{"Age goes on", []string{"Age: 7"},
			Life{Fresh: time.Hour, StaleWhileRevalidate: time.Minute, StaleIfError: time.Second, Keep: time.Minute, ErrorExplicit: true, InitialAge: 7 * time.Second}},
	} {
		if v := p.Store(request("GET"), answer(200, c.fields...)); v.Life != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", c.rule, v.Life, c.want)
		}
	}
}

func TestSaidWhileRendering(t *testing.T) {
	for _, p := range []*Policy{{TTL: time.Hour}, {Follow: true}} {
		resp := answer(200, "Cache-Control: max-age=3600")
		resp.MaxTTL = time.Minute
		if v := p.Store(request("GET"), resp); !v.Store || v.Life.Fresh != time.Minute {
			t.Errorf("MaxTTL lowers: store %v, fresh for %v", v.Store, v.Life.Fresh)
		}
		resp.MaxTTL = 2 * time.Hour
		if v := p.Store(request("GET"), resp); v.Life.Fresh != time.Hour {
			t.Errorf("MaxTTL does not raise: fresh for %v", v.Life.Fresh)
		}
		resp.NoStore = true
		h := header()
		v := p.Store(request("GET"), resp)
		p.Patch(h, v, received)
		if v.Store || v.Reason != NotRender || len(h) != 0 {
			t.Errorf("NoStore: store %v, reason %q, header %v", v.Store, v.Reason, h)
		}
	}
}

func TestLimit(t *testing.T) {
	stored := (&Policy{TTL: time.Hour}).Store(request("GET"), answer(200))
	if v := stored.Limit(time.Minute).Limit(time.Hour); !v.Store || v.Life.Fresh != time.Minute {
		t.Errorf("the lowest counts: store %v, fresh for %v", v.Store, v.Life.Fresh)
	}
	if v := stored.Limit(0); v.Store || v.Reason != NotRender {
		t.Errorf("zero: store %v, reason %q", v.Store, v.Reason)
	}
	if v := no(NotPrivate).Limit(-1); v.Store || v.Reason != NotPrivate {
		t.Errorf("the first reason stays: %q", v.Reason)
	}
}

func TestPatch(t *testing.T) {
	const expires2s, expires1m = "Sun, 22 Nov 2026 12:00:02 GMT", "Sun, 22 Nov 2026 12:01:00 GMT"
	minute := Policy{TTL: time.Minute}
	for _, c := range []struct {
		rule string
		p    Policy
		resp Response
		want http.Header
	}{
		{"B2 18", Policy{TTL: 2 * time.Second}, answer(200),
			header("Cache-Control: max-age=2", "Expires: "+expires2s)},
		{"B2 16: smaller of two", minute, answer(200, "Cache-Control: max-age=10"),
			header("Cache-Control: max-age=10")},
		{"B2 16: lowered", minute, answer(200, "Cache-Control: public, max-age=100"),
			header("Cache-Control: public, max-age=60")},
		{"B2 16: nothing to lower", minute, answer(200, "Cache-Control: public"),
			header("Cache-Control: public, max-age=60", "Expires: "+expires1m)},
		{"B2 15: from the response", Policy{TTL: time.Minute, FromResponse: true}, answer(200, "Cache-Control: max-age=10"),
			header("Cache-Control: max-age=10")},
		{"B2 14: max-age=0 from the response is left alone", Policy{TTL: time.Minute, FromResponse: true}, answer(200, "Cache-Control: max-age=0"),
			header("Cache-Control: max-age=0")},
		{"B2 17: Expires stays", minute, answer(200, "Expires: 0"),
			header("Cache-Control: max-age=60", "Expires: 0")},
		{"B2 14: TTL 0", Policy{}, answer(200),
			header("Cache-Control: max-age=0", "Expires: Sun, 22 Nov 2026 12:00:00 GMT")},
		{"B2 8: 304", minute, answer(304),
			header("Cache-Control: max-age=60", "Expires: "+expires1m)},
		{"B2 8: 404 untouched", minute, answer(404), header()},
		{"private untouched", minute, answer(200, "Cache-Control: private"), header("Cache-Control: private")},
		{"Set-Cookie untouched", minute, answer(200, "Set-Cookie: a=b"), header("Set-Cookie: a=b")},
		{"Forever is one year", Policy{TTL: Forever}, answer(200),
			header("Cache-Control: max-age=31536000", "Expires: Mon, 22 Nov 2027 12:00:00 GMT")},
		{"BrowserTTL", Policy{TTL: time.Hour, BrowserTTL: pointer(time.Minute)}, answer(200),
			header("Cache-Control: max-age=60", "Expires: "+expires1m)},
		{"BrowserTTL beyond the TTL", Policy{TTL: time.Second, BrowserTTL: pointer(time.Minute)}, answer(200),
			header("Cache-Control: max-age=60", "Expires: "+expires1m)},
		{"BrowserTTL 0", Policy{TTL: time.Hour, BrowserTTL: pointer(0)}, answer(200, "Cache-Control: public"),
			header("Cache-Control: public, no-cache")},
		{"CDNTTL", Policy{TTL: time.Minute, BrowserTTL: pointer(0), CDNTTL: pointer(Forever)}, answer(200),
			header("Cache-Control: no-cache", "CDN-Cache-Control: max-age=31536000")},
		{"CDNTTL, but the handler has its own", Policy{TTL: time.Minute, BrowserTTL: pointer(0), CDNTTL: pointer(time.Hour)}, answer(200, "CDN-Cache-Control: no-store"),
			header("Cache-Control: no-cache", "CDN-Cache-Control: no-store")},
		{"MaxTTL lowers all of them", Policy{TTL: time.Hour, CDNTTL: pointer(time.Hour)}, limited(time.Minute),
			header("Cache-Control: max-age=60", "Expires: "+expires1m, "CDN-Cache-Control: max-age=60")},
		{"MaxTTL lowers BrowserTTL", Policy{TTL: time.Hour, BrowserTTL: pointer(time.Hour)}, limited(time.Minute),
			header("Cache-Control: max-age=60", "Expires: "+expires1m)},
		{"Follow writes nothing", Policy{Follow: true, CDNTTL: pointer(time.Hour)}, answer(200, "Cache-Control: max-age=100"),
			header("Cache-Control: max-age=100")},
	} {
		t.Run(c.rule, func(t *testing.T) {
			v := c.p.Store(request("GET"), c.resp)
			c.p.Patch(c.resp.Header, v, received)
			if diff := cmp.Diff(c.want, c.resp.Header); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func limited(d time.Duration) Response {
	resp := answer(200)
	resp.MaxTTL = d
	return resp
}

func TestFields(t *testing.T) {
	resp := answer(200, "Content-Type: text/html", "X-Foo: 1", "Connection: X-Bar", "X-Bar: 2", "Keep-Alive: x", "Age: 5",
		"X-Request-Id: 7", "RateLimit-Limit: 1", "X-RateLimit-Remaining: 1", "Server-Timing: a", "Cache-Status: up; hit")
	under := (&Policy{}).Fields(resp)
	want := header("Content-Type: text/html", "X-Foo: 1", "Cache-Status: up; hit")
	if diff := cmp.Diff(want, under); diff != "" {
		t.Errorf("E1 12: under a TTL, -want +got\n%s", diff)
	}
	follow := (&Policy{Follow: true}).Fields(resp)
	for _, name := range []string{"X-Request-Id", "Server-Timing", "X-Ratelimit-Remaining"} {
		want[name] = resp.Header[name]
	}
	want.Set("Date", "Sun, 22 Nov 2026 12:00:00 GMT")
	want["Ratelimit-Limit"] = resp.Header["Ratelimit-Limit"]
	if diff := cmp.Diff(want, follow); diff != "" {
		t.Errorf("§3.1: with Follow, -want +got\n%s", diff)
	}
	resp.Header.Set("Date", hourAgo)
	if got := (&Policy{}).Fields(resp).Get("Date"); got != hourAgo {
		t.Errorf("the handler's Date stays: got %q", got)
	}
}
