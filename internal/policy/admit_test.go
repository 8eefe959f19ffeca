package policy

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAdmit(t *testing.T) {
	get := func(fields ...string) *http.Request { return request("GET", fields...) }
	chunked := get()
	chunked.TransferEncoding = []string{"chunked"}
	asks := func(query string) *http.Request { return httptest.NewRequest("GET", "/p?"+query, nil) }
	for _, c := range []struct {
		rule            string
		r               *http.Request
		ttl, following  string // why refused, "" if admitted
		authorizedAlone bool
	}{
		{rule: "GET", r: get()},
		{rule: "HEAD", r: request("HEAD")},
		{rule: "POST", r: request("POST"), ttl: "method", following: "method"},
		{rule: "M-SEARCH", r: request("M-SEARCH"), ttl: "method", following: "method"},
		{rule: "methods are compared with regard to case", r: request("get"), ttl: "method", following: "method"},
		{rule: "E2 19: GET with a body", r: httptest.NewRequest("GET", "/", strings.NewReader("x")), ttl: "body", following: "body"},
		{rule: "E2 19: GET with a chunked body", r: chunked, ttl: "body", following: "body"},
		{rule: "E2 20: X-HTTP-Method-Override", r: get("X-HTTP-Method-Override: DELETE"), ttl: "method-override", following: "method-override"},
		{rule: "E2 20: X-HTTP-Method", r: get("X-HTTP-Method: DELETE"), ttl: "method-override", following: "method-override"},
		{rule: "E2 20: X-Method-Override", r: get("X-Method-Override: DELETE"), ttl: "method-override", following: "method-override"},
		{rule: "E2 20: _method", r: asks("_method=DELETE"), ttl: "method-override", following: "method-override"},
		{rule: "E2 20: _method, not the first", r: asks("a=1&_method=DELETE"), ttl: "method-override", following: "method-override"},
		{rule: "E2 20: _method after a semicolon", r: asks("a=1;_method=DELETE"), ttl: "method-override", following: "method-override"},
		{rule: "a parameter whose name only ends so", r: asks("payment_method=visa")},
		{rule: "§7.6.1 Connection that names a field", r: get("Connection: keep-alive, Accept-Language"), ttl: "connection", following: "connection"},
		{rule: "§7.6.1 Connection that names none", r: get("Connection: Keep-Alive, TE, close")},
		{rule: "E5 39: Upgrade", r: get("Upgrade: websocket"), ttl: "upgrade", following: "upgrade"},
		{rule: "E1 2: Authorization is looked up, and marked", r: get("Authorization: Basic x"), authorizedAlone: true},
		{rule: "§4.3.2 If-Match is for the origin", r: get(`If-Match: "a"`), following: "precondition"},
		{rule: "§4.3.2 If-Unmodified-Since is for the origin", r: get("If-Unmodified-Since: " + hourAgo), following: "precondition"},
		{rule: "§4.3.2 If-None-Match is for the cache", r: get(`If-None-Match: "a"`)},
		{rule: "Range", r: get("Range: bytes=0-1")},
	} {
		t.Run(c.rule, func(t *testing.T) {
			for want, p := range map[*string]*Policy{&c.ttl: {}, &c.following: {Follow: true}} {
				q := p.Admit(c.r)
				if q.Refused != *want || q.Authorized != c.authorizedAlone {
					t.Errorf("Follow %v: refused %q, authorized %v; want %q, %v", p.Follow, q.Refused, q.Authorized, *want, c.authorizedAlone)
				}
			}
		})
	}
}

func TestAdmitReadsDirectivesOnlyWhenTheyCount(t *testing.T) {
	for _, c := range []struct {
		rule    string
		p       Policy
		fields  []string
		noCache bool
	}{
		{"E3 33: ignored under a TTL", Policy{}, []string{"Cache-Control: no-cache"}, false},
		{"HonorRequest", Policy{HonorRequest: true}, []string{"Cache-Control: no-cache"}, true},
		{"Follow", Policy{Follow: true}, []string{"Cache-Control: no-cache"}, true},
		{"§5.4 Pragma alone", Policy{Follow: true}, []string{"Pragma: x, No-Cache"}, true},
		{"§5.4 Pragma beside Cache-Control", Policy{Follow: true}, []string{"Pragma: no-cache", "Cache-Control: foo"}, false},
		{"§5.4 another Pragma", Policy{Follow: true}, []string{"Pragma: foo"}, false},
		{"§5.4 Pragma under a TTL", Policy{}, []string{"Pragma: no-cache"}, false},
	} {
		t.Run(c.rule, func(t *testing.T) {
			q := c.p.Admit(request("GET", c.fields...))
			if got := q.directives != nil && q.directives.NoCache; got != c.noCache {
				t.Errorf("no-cache %v, want %v", got, c.noCache)
			}
		})
	}
}

func TestAdmitTellsWhatTheMiddlewareNeedsToKnow(t *testing.T) {
	p := &Policy{}
	for _, c := range []struct {
		field string
		want  Request
	}{
		{"Accept: */*", Request{}},
		{"Authorization: x", Request{Authorized: true}},
		{"Cookie: a=b", Request{Cookies: true}},
		{"Range: bytes=0-1", Request{Ranged: true, Selective: true}},
		{`If-None-Match: "a"`, Request{Selective: true}},
		{"If-Modified-Since: " + hourAgo, Request{Selective: true}},
		{`If-Match: "a"`, Request{Selective: true, Demanding: true}},
		{"If-Unmodified-Since: " + hourAgo, Request{Selective: true, Demanding: true}},
		{`If-Range: "a"`, Request{}},
	} {
		if got := p.Admit(request("GET", c.field)); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.field, got, c.want)
		}
	}
}

func TestSession(t *testing.T) {
	claims := func(cookie string) bool { return cookie == "sessionid" }
	for _, c := range []struct {
		rule   string
		fields []string
		parts  []string
		varied func(string) bool
		want   string
	}{
		{"no cookie", nil, SessionCookies, nil, ""},
		{"harmless cookies", []string{"Cookie: theme=dark; lang=en"}, SessionCookies, nil, ""},
		{"Django's", []string{"Cookie: theme=dark; sessionid=1"}, SessionCookies, nil, "sessionid"},
		{"PHP's, in capitals", []string{"Cookie: PHPSESSID=1"}, SessionCookies, nil, "PHPSESSID"},
		{"Express's", []string{"Cookie: connect.sid=1"}, SessionCookies, nil, "connect.sid"},
		{"csrf", []string{"Cookie: _xsrf=1"}, SessionCookies, nil, "_xsrf"},
		{"JWT", []string{"Cookie: a=1;my_jwt=2"}, SessionCookies, nil, "my_jwt"},
		{"second line", []string{"Cookie: a=1", "Cookie: authz=1"}, SessionCookies, nil, "authz"},
		{"the value does not matter", []string{"Cookie: a=session; b=token"}, SessionCookies, nil, ""},
		{"cookie without value", []string{"Cookie: session"}, SessionCookies, nil, "session"},
		{"in the key", []string{"Cookie: sessionid=1"}, SessionCookies, claims, ""},
		{"in the key, but another is not", []string{"Cookie: sessionid=1; token=2"}, SessionCookies, claims, "token"},
		{"own list", []string{"Cookie: sessionid=1; login=2"}, []string{"login"}, nil, "login"},
		{"empty list", []string{"Cookie: sessionid=1"}, nil, nil, ""},
		{"empty part means nothing", []string{"Cookie: a=1"}, []string{""}, nil, ""},
		{"tabs and stray semicolons", []string{"Cookie: ;;\ttoken\t=1"}, SessionCookies, nil, "token"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if got := Session(request("GET", c.fields...), c.parts, c.varied); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRequestSideAllocatesNothing(t *testing.T) {
	r := request("GET", "Accept: */*", "Cookie: theme=dark; lang=en", "Range: bytes=0-1")
	p := &Policy{Follow: true}
	q := p.Admit(r)
	s := Life{Fresh: 1}.At(received)
	for name, f := range map[string]func(){
		"Admit":   func() { p.Admit(r) },
		"Session": func() { Session(r, SessionCookies, nil) },
		"Reuse":   func() { p.Reuse(&q, &s, received.UnixNano()) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

func BenchmarkHit(b *testing.B) {
	r := request("GET", "Accept: */*", "User-Agent: x", "Accept-Language: en", "Accept-Encoding: gzip")
	p := &Policy{TTL: Forever}
	s := Life{Fresh: Forever}.At(received)
	now := received.UnixNano()
	b.Run("Admit", func(b *testing.B) {
		for b.Loop() {
			p.Admit(r)
		}
	})
	q := p.Admit(r)
	b.Run("Reuse", func(b *testing.B) {
		for b.Loop() {
			p.Reuse(&q, &s, now)
		}
	})
}
