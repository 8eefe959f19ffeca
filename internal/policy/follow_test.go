package policy

import (
	"net/http"
	"testing"
	"time"
)

// TestStoreFollowing goes through RFC 9111 §3 and what it refers to. A want of
// "" is stored; fresh is checked then.
func TestStoreFollowing(t *testing.T) {
	const hour = time.Hour
	for _, c := range []struct {
		clause string
		r      *http.Request
		resp   Response
		want   string
		fresh  time.Duration
	}{
		// §3: what may be stored at all.
		{"§3 method not cacheable", request("PUT"), answer(200, "Cache-Control: max-age=3600"), "method", 0},
		{"§3 HEAD", request("HEAD"), answer(200, "Cache-Control: max-age=3600"), "", hour},
		{"§3 interim status", request("GET"), answer(103, "Cache-Control: max-age=3600"), "status", 0},
		{"§3.3 partial", request("GET"), answer(206, "Cache-Control: max-age=3600"), "partial", 0},
		{"§3.3 a part that others can be joined to", request("GET", "Range: bytes=0-1"), answer(206, "Cache-Control: max-age=3600", `ETag: "a"`, "Content-Range: bytes 0-1/9"), "", hour},
		{"§3.3 RFC 9110 §15.1: 206 is heuristically cacheable", request("GET", "Range: bytes=0-1"), answer(206, dateNow, "Last-Modified: "+tenHoursAgo, `ETag: "a"`, "Content-Range: bytes 0-1/9"), "", hour},
		{"§3.3 nobody asked for it", request("GET"), answer(206, "Cache-Control: max-age=3600", `ETag: "a"`, "Content-Range: bytes 0-1/9"), "partial", 0},
		{"§3.3 several asked for", request("GET", "Range: bytes=0-1,3-4"), answer(206, "Cache-Control: max-age=3600", `ETag: "a"`, "Content-Range: bytes 0-1/9"), "partial", 0},
		{"§3.3 a part for HEAD", request("HEAD", "Range: bytes=0-1"), answer(206, "Cache-Control: max-age=3600", `ETag: "a"`, "Content-Range: bytes 0-1/9"), "partial", 0},
		{"§3.4 weak tag", request("GET", "Range: bytes=0-1"), answer(206, "Cache-Control: max-age=3600", `ETag: W/"a"`, "Content-Range: bytes 0-1/9"), "partial", 0},
		{"§3.4 unknown size", request("GET", "Range: bytes=0-1"), answer(206, "Cache-Control: max-age=3600", `ETag: "a"`, "Content-Range: bytes 0-1/*"), "partial", 0},
		{"§5.2.2.3 must-understand and a part", request("GET", "Range: bytes=0-1"), answer(206, "Cache-Control: max-age=3600, no-store, must-understand", `ETag: "a"`, "Content-Range: bytes 0-1/9"), "", hour},
		{"§3 304", request("GET"), answer(304, "Cache-Control: max-age=3600"), "status", 0},
		{"§3 416 answers a range", request("GET", "Range: bytes=9-"), answer(416, "Cache-Control: max-age=3600"), "status", 0},
		{"§3 any final status with freshness", request("GET"), answer(299, "Cache-Control: max-age=3600"), "", hour},
		{"§3 499", request("GET"), answer(499, "Cache-Control: max-age=3600"), "", hour},
		{"§3 599", request("GET"), answer(599, "Cache-Control: max-age=3600"), "", hour},
		{"§3 503 with freshness", request("GET"), answer(503, "Expires: "+inAnHour, dateNow), "", hour},
		{"§3 no freshness, no validator", request("GET"), answer(200), "no-freshness", 0},
		{"§3 no freshness, but a validator", request("GET"), answer(200, `ETag: "a"`), "", 0},
		{"§3 500 without freshness", request("GET"), answer(500, `ETag: "a"`), "status", 0},
		{"§3 500 that is public", request("GET"), answer(500, `ETag: "a"`, "Cache-Control: public"), "", 0},
		{"§3 stale from the start", request("GET"), answer(200, "Cache-Control: max-age=0"), "no-freshness", 0},

		// §5.2.2: directives of the response.
		{"§5.2.2.5 no-store", request("GET"), answer(200, "Cache-Control: max-age=3600, No-StOrE"), "no-store", 0},
		{"§5.2.2.7 private", request("GET"), answer(200, "Cache-Control: private, max-age=3600"), "private", 0},
		{"§5.2.2.7 private with field names", request("GET"), answer(200, `Cache-Control: max-age=3600, private="X-Foo"`), "private", 0},
		{"§5.2.2.4 no-cache is stored to be revalidated", request("GET"), answer(200, "Cache-Control: no-cache, max-age=3600", `ETag: "a"`), "", 0},
		{"§5.2.2.4 no-cache without validator", request("GET"), answer(200, "Cache-Control: no-cache, max-age=3600"), "no-freshness", 0},
		{"§5.2.2.3 must-understand and a known status", request("GET"), answer(200, "Cache-Control: max-age=3600, no-store, must-understand"), "", hour},
		{"§5.2.2.3 must-understand and an unknown status", request("GET"), answer(599, "Cache-Control: max-age=3600, no-store, must-understand"), "must-understand", 0},
		{"§5.2.2.3 must-understand alone, unknown status", request("GET"), answer(599, "Cache-Control: max-age=3600, must-understand"), "must-understand", 0},
		{"§5.2.2.10 s-maxage before max-age", request("GET"), answer(200, "Cache-Control: max-age=1, s-maxage=3600"), "", hour},
		{"§5.2.2.10 s-maxage=0", request("GET"), answer(200, "Cache-Control: max-age=3600, s-maxage=0"), "no-freshness", 0},
		{"§5.2.2.1 over two lines", request("GET"), answer(200, "Cache-Control: foo", "Cache-Control: max-age=3600"), "", hour},
		{"§5.2.1.5 no-store in the request", request("GET", "Cache-Control: no-store"), answer(200, "Cache-Control: max-age=3600"), "request", 0},

		// §5.3 and §4.2.1: Expires.
		{"§5.3 Expires", request("GET"), answer(200, "Expires: "+inAnHour, dateNow), "", hour},
		{"§5.3 Expires without Date", request("GET"), answer(200, "Expires: "+inAnHour), "", hour},
		{"§5.3 Expires and a bad Date", request("GET"), answer(200, "Expires: "+inAnHour, "Date: yesterday"), "", hour},
		{"§5.3 max-age before Expires", request("GET"), answer(200, "Cache-Control: max-age=3600", "Expires: "+hourAgo), "", hour},
		{"§5.3 max-age=0 before Expires", request("GET"), answer(200, "Cache-Control: max-age=0", "Expires: "+inAnHour), "no-freshness", 0},
		{"§5.3 past", request("GET"), answer(200, "Expires: "+hourAgo), "no-freshness", 0},
		{"§5.3 zero", request("GET"), answer(200, "Expires: 0"), "no-freshness", 0},
		{"§5.3 two lines", request("GET"), answer(200, "Expires: "+inAnHour, "Expires: "+inAnHour), "no-freshness", 0},
		{"§5.3 invalid beside Last-Modified is not heuristic", request("GET"), answer(200, "Expires: 0", "Last-Modified: "+tenHoursAgo), "", 0},

		// §4.2.3: age.
		{"§4.2.3 Age", request("GET"), answer(200, "Cache-Control: max-age=3600", "Age: 600"), "", 50 * time.Minute},
		{"§4.2.3 Age beyond the lifetime", request("GET"), answer(200, "Cache-Control: max-age=3600", "Age: 7200"), "no-freshness", 0},
		{"§4.2.3 Age beyond 31 bits", request("GET"), answer(200, "Cache-Control: max-age=3600", "Age: 99999999999"), "no-freshness", 0},
		{"§5.1 first Age counts", request("GET"), answer(200, "Cache-Control: max-age=3600", "Age: 0, 7200"), "", hour},
		{"§5.1 bad Age is ignored", request("GET"), answer(200, "Cache-Control: max-age=3600", "Age: 7200.0"), "", hour},
		{"§4.2.3 old Date", request("GET"), answer(200, "Cache-Control: max-age=7200", "Date: "+hourAgo), "", hour},
		{"§4.2.3 absurd Date", request("GET"), answer(200, "Cache-Control: max-age=7200", "Date: Mon, 01 Jan 0001 00:00:00 GMT"), "no-freshness", 0},
		{"§4.2.3 Date ahead", request("GET"), answer(200, "Expires: "+inAnHour, "Date: "+inAnHour), "no-freshness", 0},
		{"§4.2.3 Age with the origin's clock ahead", request("GET"), answer(200, "Expires: Sun, 22 Nov 2026 14:00:00 GMT", "Date: "+inAnHour, "Age: 1800"), "", 30 * time.Minute},

		// §4.2.2: heuristics.
		{"§4.2.2 a tenth of the age", request("GET"), answer(200, "Last-Modified: "+tenHoursAgo), "", hour},
		{"§4.2.2 at most a day", request("GET"), answer(200, "Last-Modified: Sun, 22 Nov 2020 12:00:00 GMT"), "", 24 * hour},
		{"§4.2.2 404", request("GET"), answer(404, "Last-Modified: "+tenHoursAgo), "", hour},
		{"§4.2.2 501", request("GET"), answer(501, "Last-Modified: "+tenHoursAgo), "", hour},
		{"§4.2.2 204", request("GET"), answer(204, "Last-Modified: "+tenHoursAgo), "", hour},
		{"§4.2.2 201 is not listed", request("GET"), answer(201, "Last-Modified: "+tenHoursAgo), "status", 0},
		{"§4.2.2 302 is not listed", request("GET"), answer(302, "Last-Modified: "+tenHoursAgo), "status", 0},
		{"§4.2.2 503 is not listed", request("GET"), answer(503, "Last-Modified: "+tenHoursAgo), "status", 0},
		{"§4.2.2 any status with public", request("GET"), answer(599, "Last-Modified: "+tenHoursAgo, "Cache-Control: public"), "", hour},
		{"§4.2.2 modified in the future", request("GET"), answer(200, "Last-Modified: "+inAnHour), "", 0},
		{"§4.2.2 bad Last-Modified", request("GET"), answer(200, "Last-Modified: long ago"), "", 0},

		// §3.5: requests with Authorization.
		{"§3.5 nothing said", request("GET", "Authorization: x"), answer(200, "Cache-Control: max-age=3600"), "authorization", 0},
		{"§3.5 public", request("GET", "Authorization: x"), answer(200, "Cache-Control: max-age=3600, public"), "", hour},
		{"§3.5 s-maxage", request("GET", "Authorization: x"), answer(200, "Cache-Control: s-maxage=3600"), "", hour},
		{"§3.5 must-revalidate", request("GET", "Authorization: x"), answer(200, "Cache-Control: max-age=3600, must-revalidate"), "", hour},
		{"§3.5 proxy-revalidate is not enough", request("GET", "Authorization: x"), answer(200, "Cache-Control: max-age=3600, proxy-revalidate"), "authorization", 0},
		{"§3.5 Expires is not enough", request("GET", "Authorization: x"), answer(200, "Expires: "+inAnHour), "authorization", 0},

		// RFC 9110 §9.3.3: POST.
		{"POST of the resource itself", request("POST"), answer(200, "Cache-Control: max-age=3600", "Content-Location: /p?a=1"), "", hour},
		{"POST, absolute Content-Location", request("POST"), answer(200, "Cache-Control: max-age=3600", "Content-Location: HTTP://SHOP.example/p?a=1#x"), "", hour},
		{"POST of another resource", request("POST"), answer(200, "Cache-Control: max-age=3600", "Content-Location: /q"), "method", 0},
		{"POST with a bad Content-Location", request("POST"), answer(200, "Cache-Control: max-age=3600", "Content-Location: %"), "method", 0},
		{"POST without Content-Location", request("POST"), answer(200, "Cache-Control: max-age=3600"), "method", 0},
		{"POST without freshness", request("POST"), answer(200, "Last-Modified: "+tenHoursAgo, "Content-Location: /p?a=1"), "method", 0},

		// RFC 9213: targeted fields.
		{"RFC 9213 max-age", request("GET"), answer(200, "CDN-Cache-Control: max-age=3600"), "", hour},
		{"RFC 9213 wins over a longer Cache-Control", request("GET"), answer(200, "CDN-Cache-Control: max-age=0", "Cache-Control: max-age=3600", "Expires: "+inAnHour), "no-freshness", 0},
		{"RFC 9213 wins over a shorter one", request("GET"), answer(200, "CDN-Cache-Control: max-age=3600", "Cache-Control: max-age=1"), "", hour},
		{"RFC 9213 wins over no-store", request("GET"), answer(200, "CDN-Cache-Control: max-age=3600", "Cache-Control: no-store"), "", hour},
		{"RFC 9213 wins over Expires", request("GET"), answer(200, "CDN-Cache-Control: max-age=3600", "Expires: 0"), "", hour},
		{"RFC 9213 no-store", request("GET"), answer(200, "CDN-Cache-Control: no-store", "Cache-Control: max-age=3600"), "no-store", 0},
		{"RFC 9213 private", request("GET"), answer(200, "CDN-Cache-Control: private", "Cache-Control: max-age=3600"), "private", 0},
		{"RFC 9213 no-cache", request("GET"), answer(200, "CDN-Cache-Control: no-cache", "Cache-Control: max-age=3600"), "no-freshness", 0},
		{"RFC 9213 Age counts", request("GET"), answer(200, "CDN-Cache-Control: max-age=3600", "Age: 7200"), "no-freshness", 0},
		{"RFC 9213 unknown directive alone", request("GET"), answer(200, "CDN-Cache-Control: none", "Cache-Control: max-age=3600"), "no-freshness", 0},
		{"RFC 9213 invalid is ignored", request("GET"), answer(200, "CDN-Cache-Control: max-age=\"1\"", "Cache-Control: max-age=3600"), "", hour},
		{"RFC 9213 empty is ignored", request("GET"), answer(200, "CDN-Cache-Control:", "Cache-Control: max-age=3600"), "", hour},

		// What no directive can open.
		{"E1 1: Set-Cookie", request("GET"), answer(200, "Cache-Control: public, max-age=3600", "Set-Cookie: a=b"), "set-cookie", 0},
		{"§4.1 Vary: *", request("GET"), answer(200, "Cache-Control: max-age=3600", "Vary: Foo, *"), "vary-star", 0},
	} {
		t.Run(c.clause, func(t *testing.T) {
			v := (&Policy{Follow: true}).Store(c.r, c.resp)
			if v.Store != (c.want == "") || v.Reason != c.want {
				t.Fatalf("store %v, reason %q; want reason %q", v.Store, v.Reason, c.want)
			}
			if v.Store && max(v.Life.Fresh, 0) != c.fresh {
				t.Errorf("fresh for %v, want %v", v.Life.Fresh, c.fresh)
			}
			if v.AsGET != (v.Store && c.r.Method == "POST") {
				t.Errorf("AsGET %v", v.AsGET)
			}
		})
	}
}

func TestFollowLife(t *testing.T) {
	const hour = time.Hour
	for _, c := range []struct {
		clause string
		p      Policy
		fields []string
		want   Life
	}{
		{"§4.2.4 stands in while it is kept", Policy{}, []string{"Cache-Control: max-age=3600"},
			Life{Fresh: hour, StaleIfError: DefaultKeep, Keep: DefaultKeep}},
		{"own Keep", Policy{Keep: hour}, []string{"Cache-Control: max-age=3600", `ETag: "a"`},
			Life{Fresh: hour, StaleIfError: hour, Keep: hour, Validator: true}},
		{"no Keep", Policy{Keep: -1}, []string{"Cache-Control: max-age=3600", `ETag: "a"`},
			Life{Fresh: hour, Validator: true}},
		{"§4.2.4 must-revalidate", Policy{}, []string{"Cache-Control: max-age=3600, must-revalidate, stale-while-revalidate=60, stale-if-error=60"},
			Life{Fresh: hour, NoStale: true, Authorized: true}},
		{"§4.2.4 proxy-revalidate", Policy{StaleIfError: hour}, []string{"Cache-Control: max-age=3600, proxy-revalidate"},
			Life{Fresh: hour, NoStale: true}},
		{"§4.2.4 s-maxage", Policy{StaleWhileRevalidate: hour}, []string{"Cache-Control: s-maxage=3600", "Last-Modified: " + hourAgo},
			Life{Fresh: hour, NoStale: true, Authorized: true, Validator: true, Keep: DefaultKeep}},
		{"§4.2.4 no-cache", Policy{}, []string{"Cache-Control: no-cache", `ETag: "a"`},
			Life{NoStale: true, Validator: true, Keep: DefaultKeep}},
		{"RFC 5861 §3", Policy{Keep: -1}, []string{"Cache-Control: max-age=3600, stale-while-revalidate=60"},
			Life{Fresh: hour, StaleWhileRevalidate: time.Minute, Keep: time.Minute}},
		{"RFC 5861 §4", Policy{}, []string{"Cache-Control: max-age=3600, stale-if-error=60"},
			Life{Fresh: hour, StaleIfError: time.Minute, Keep: time.Minute, ErrorExplicit: true}},
		{"the response's windows come first", Policy{StaleWhileRevalidate: hour, StaleIfError: hour},
			[]string{"Cache-Control: max-age=3600, stale-while-revalidate=0, stale-if-error=60"},
			Life{Fresh: hour, StaleIfError: time.Minute, Keep: time.Minute, ErrorExplicit: true}},
		{"the policy's windows", Policy{StaleWhileRevalidate: time.Minute, StaleIfError: hour}, []string{"Cache-Control: max-age=3600"},
			Life{Fresh: hour, StaleWhileRevalidate: time.Minute, StaleIfError: hour, Keep: hour, ErrorExplicit: true}},
		{"the policy's windows are not for what never was fresh", Policy{StaleWhileRevalidate: hour, StaleIfError: time.Minute}, []string{`ETag: "a"`},
			Life{Validator: true, StaleIfError: DefaultKeep, Keep: DefaultKeep}},
		{"TTL for a response that says nothing", Policy{TTL: hour}, []string{"Last-Modified: " + tenHoursAgo},
			Life{Fresh: hour, Validator: true, StaleIfError: DefaultKeep, Keep: DefaultKeep}},
		{"TTL does not shorten what was said", Policy{TTL: time.Minute}, []string{"Cache-Control: max-age=3600"},
			Life{Fresh: hour, StaleIfError: DefaultKeep, Keep: DefaultKeep}},
		{"§3.5 public opens to Authorization", Policy{}, []string{"Cache-Control: max-age=3600, public"},
			Life{Fresh: hour, Authorized: true, StaleIfError: DefaultKeep, Keep: DefaultKeep}},
		{"§5.2.2.1 the greatest lifetime does not overflow", Policy{Keep: -1}, []string{"Cache-Control: max-age=99999999999999999999", "Age: 1"},
			Life{Fresh: (1<<31 - 1) * time.Second, InitialAge: time.Second}},
	} {
		t.Run(c.clause, func(t *testing.T) {
			c.p.Follow = true
			v := c.p.Store(request("GET"), answer(200, c.fields...))
			if !v.Store || v.Life != c.want {
				t.Errorf("store %v, reason %q\n got %+v\nwant %+v", v.Store, v.Reason, v.Life, c.want)
			}
		})
	}
}

func TestTTLForSilentResponsesNeedsTheirStatusNamed(t *testing.T) {
	p := &Policy{Follow: true, TTL: time.Hour, Statuses: []int{418}}
	for status, want := range map[int]string{200: "", 418: "", 404: "no-freshness", 500: "status"} {
		if v := p.Store(request("GET"), answer(status)); v.Reason != want || v.Store != (want == "") {
			t.Errorf("%d: store %v, reason %q; want %q", status, v.Store, v.Reason, want)
		}
	}
}

func TestANamedStatusIsNotGuessedAtWithoutATTL(t *testing.T) {
	p := &Policy{Follow: true, Statuses: []int{500}}
	if v := p.Store(request("GET"), answer(500, "Last-Modified: "+tenHoursAgo)); v.Reason != NotStatus {
		t.Errorf("§4.2.2: store %v, reason %q; want %q", v.Store, v.Reason, NotStatus)
	}
}

func TestResponseDelayCountsAsAge(t *testing.T) {
	resp := answer(200, "Cache-Control: max-age=60", "Age: 5")
	resp.RequestTime = received.Add(-2 * time.Second)
	v := (&Policy{Follow: true}).Store(request("GET"), resp)
	if want := 7 * time.Second; v.Life.InitialAge != want || v.Life.Fresh != 53*time.Second {
		t.Errorf("initial age %v, fresh for %v; want %v and 53s (RFC 9111 §4.2.3)", v.Life.InitialAge, v.Life.Fresh, want)
	}
}

func TestTargetList(t *testing.T) {
	p := &Policy{Follow: true, Targets: []string{"larder-cache-control", "CDN-Cache-Control"}}
	for _, c := range []struct {
		rule   string
		fields []string
		fresh  time.Duration
	}{
		{"first of the list", []string{"CDN-Cache-Control: max-age=1", "Larder-Cache-Control: max-age=2", "Cache-Control: max-age=3"}, 2 * time.Second},
		{"first valid of the list", []string{"CDN-Cache-Control: max-age=1", "Larder-Cache-Control: ?", "Cache-Control: max-age=3"}, time.Second},
		{"none of the list", []string{"Cache-Control: max-age=3"}, 3 * time.Second},
	} {
		if v := p.Store(request("GET"), answer(200, c.fields...)); v.Life.Fresh != c.fresh {
			t.Errorf("%s: fresh for %v, want %v", c.rule, v.Life.Fresh, c.fresh)
		}
	}
	none := &Policy{Follow: true, Targets: []string{}}
	if v := none.Store(request("GET"), answer(200, "CDN-Cache-Control: max-age=1", "Cache-Control: max-age=3")); v.Life.Fresh != 3*time.Second {
		t.Errorf("empty list: fresh for %v, want 3s", v.Life.Fresh)
	}
}

func TestPostNeedsATarget(t *testing.T) {
	resp := answer(200, "Cache-Control: max-age=3600", "Content-Location: /p?a=1")
	resp.Target = nil
	if v := (&Policy{Follow: true}).Store(request("POST"), resp); v.Reason != NotMethod {
		t.Errorf("reason %q, want %q", v.Reason, NotMethod)
	}
}

// A Date of the year 1, as a zero time.Time is written, is very old and stays so.
func TestAnAbsurdDateIsOld(t *testing.T) {
	p := &Policy{Follow: true}
	r := request("GET", "Cache-Control: max-age=0")
	v := p.Store(r, answer(200, "Cache-Control: max-age=10", `ETag: "a"`, "Date: Mon, 01 Jan 0001 00:00:00 GMT"))
	s, q, later := v.Life.At(received), p.Admit(r), received.Add(5*time.Minute).UnixNano()
	if use := p.Reuse(&q, &s, later); use != (Use{Revalidate, "request"}) {
		t.Errorf("got %v", use)
	}
	if age, ttl := s.Age(later), s.TTL(later); age != 1<<31+300 || ttl != 10-age {
		t.Errorf("age %d, ttl %d", age, ttl)
	}
}
