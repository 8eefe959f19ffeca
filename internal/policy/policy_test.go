package policy

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"
)

// received is when every response of these tests arrives.
var received = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const (
	dateNow     = "Date: Sun, 22 Nov 2026 12:00:00 GMT"
	hourAgo     = "Sun, 22 Nov 2026 11:00:00 GMT"
	inAnHour    = "Sun, 22 Nov 2026 13:00:00 GMT"
	tenHoursAgo = "Sun, 22 Nov 2026 02:00:00 GMT"
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

// request makes a GET with the given header, unless it begins with a method.
func request(method string, fields ...string) *http.Request {
	r := httptest.NewRequest(method, "http://shop.example/p?a=1", nil)
	r.Header = header(fields...)
	return r
}

// answer makes a response received without delay.
func answer(status int, fields ...string) Response {
	target, _ := url.Parse("http://shop.example/p?a=1")
	return Response{Status: status, Header: header(fields...), RequestTime: received, ResponseTime: received, Target: target}
}

func pointer(d time.Duration) *time.Duration { return &d }
