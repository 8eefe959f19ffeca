package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// Each flag that changes what is kept, by two requests: whether the second one
// reaches the application.
func TestWhatIsKept(t *testing.T) {
	fresh := http.Header{"Cache-Control": {"max-age=60"}}
	silent := http.Header{}
	for _, c := range []struct {
		name          string
		flags         []string
		status        int
		says          http.Header // of the application
		first, second string      // paths
		header        http.Header // of the second request
		hit           bool
	}{
		{"following: fresh by max-age", nil, 200, fresh, "/", "/", nil, true},
		{"following: nothing said", nil, 200, silent, "/", "/", nil, false},
		{"-default-ttl: nothing said", []string{"-default-ttl=1m"}, 200, silent, "/", "/", nil, true},
		{"-ttl: nothing said", []string{"-ttl=1m"}, 200, silent, "/", "/", nil, true},
		{"-ttl: private", []string{"-ttl=1m"}, 200, http.Header{"Cache-Control": {"private"}}, "/", "/", nil, false},
		{"-ttl: 404", []string{"-ttl=1m"}, 404, silent, "/", "/", nil, false},
		{"-ttl -status=404,410", []string{"-ttl=1m", "-status=404,410"}, 404, silent, "/", "/", nil, true},
		{"queries differ", nil, 200, fresh, "/?a=1&utm_x=1", "/?a=1&utm_x=2", nil, false},
		{"-ignore-query", []string{"-ignore-query=utm_*,fbclid"}, 200, fresh, "/?a=1&utm_x=1", "/?a=1&utm_x=2", nil, true},
		{"-only-query", []string{"-only-query=a"}, 200, fresh, "/?a=1&b=1", "/?a=1&b=2", nil, true},
		{"-only-query= leaves nothing", []string{"-only-query="}, 200, fresh, "/?a=1", "/?a=2", nil, true},
		{"-vary", []string{"-vary=X-Tenant"}, 200, fresh, "/", "/", http.Header{"X-Tenant": {"b"}}, false},
		{"a session cookie", nil, 200, fresh, "/", "/", http.Header{"Cookie": {"sessionid=1"}}, false},
		{"-session-cookies=other", []string{"-session-cookies=other"}, 200, fresh, "/", "/", http.Header{"Cookie": {"sessionid=1"}}, true},
		{"-session-cookies= knows none", []string{"-session-cookies="}, 200, fresh, "/", "/", http.Header{"Cookie": {"sessionid=1"}}, true},
		{"-vary-cookie", []string{"-vary-cookie=sessionid"}, 200, fresh, "/", "/", http.Header{"Cookie": {"sessionid=1"}}, false},
		{"-vary-cookie ignores others", []string{"-vary-cookie=lang"}, 200, fresh, "/", "/", http.Header{"Cookie": {"seen=1"}}, true},
		{"-bypass", []string{"-bypass=/admin/,/api/"}, 200, fresh, "/api/x", "/api/x", nil, false},
		{"-bypass of another path", []string{"-bypass=/admin/"}, 200, fresh, "/api/x", "/api/x", nil, true},
		{"-max-body below the body", []string{"-max-body=3"}, 200, fresh, "/", "/", nil, false},
		{"-max-body=1KiB above it", []string{"-max-body=1KiB"}, 200, fresh, "/", "/", nil, true},
		{"-prefix", []string{"-prefix=blog"}, 200, fresh, "/", "/", nil, true},
		{"-cache=dummy://", []string{"-cache=dummy://"}, 200, fresh, "/", "/", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int32
			p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				for name, v := range c.says {
					w.Header()[name] = v
				}
				w.WriteHeader(c.status)
				fmt.Fprint(w, "hello")
			}), c.flags...)
			ask(t, "GET", p.url+c.first, nil)
			res, body := ask(t, "GET", p.url+c.second, c.header)
			if hit := asked.Load() == 1; hit != c.hit || res.StatusCode != c.status || body != "hello" {
				t.Errorf("hit %v, want %v (%d %q, Cache-Status %q)", hit, c.hit, res.StatusCode, body, res.Header.Get("Cache-Status"))
			}
		})
	}
}

// Flags that show in what clients are told.
func TestWhatClientsAreTold(t *testing.T) {
	for _, c := range []struct {
		flags      []string
		field, has string
	}{
		{[]string{"-ttl=10m"}, "Cache-Control", "max-age=600"},
		{[]string{"-ttl=10m", "-browser-ttl=0"}, "Cache-Control", "no-cache"},
		{[]string{"-ttl=10m", "-browser-ttl=1m"}, "Cache-Control", "max-age=60"},
		{[]string{"-ttl=10m", "-cdn-ttl=2m"}, "Cdn-Cache-Control", "max-age=120"},
		{[]string{"-ttl=10m", "-vary=X-Tenant"}, "Vary", "X-Tenant"},
		{nil, "Cache-Control", ""},
		{nil, "Cache-Status", "larder; fwd=uri-miss; fwd-status=200"},
	} {
		p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {}), c.flags...)
		res, _ := ask(t, "GET", p.url, nil)
		if got := res.Header.Get(c.field); !strings.Contains(got, c.has) || c.has == "" && got != "" {
			t.Errorf("%q: %s: %q, want %q", c.flags, c.field, got, c.has)
		}
	}
}

// An application that fails or is gone is stood in for as long as -sie says.
func TestStaleWhenTheApplicationFails(t *testing.T) {
	var broken atomic.Bool
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			panic(http.ErrAbortHandler) // hangs up
		}
		w.Header().Set("Cache-Control", "max-age=0")
		w.Header().Set("Etag", `"1"`)
		fmt.Fprint(w, "old but good")
	}), "-sie=1h")
	ask(t, "GET", p.url+"/kept", nil)
	broken.Store(true)
	if res, body := ask(t, "GET", p.url+"/kept", nil); res.StatusCode != 200 || body != "old but good" {
		t.Errorf("kept: %d %q, want the stale page", res.StatusCode, body)
	}
	if res, body := ask(t, "GET", p.url+"/new", nil); res.StatusCode != http.StatusBadGateway || body != "" {
		t.Errorf("never seen: %d %q, want a 502 without a body", res.StatusCode, body)
	}
	p.log.waitFor(t, `level=WARN msg="no answer from the origin" method=GET path=/new`)
}

// Two proxies in a row: what the second one keeps is as old as it is, and each
// says what it did.
func TestOneProxyBehindAnother(t *testing.T) {
	origin := application(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		w.Header().Set("Age", "100")
		fmt.Fprint(w, "hello")
	})
	back := start(t, origin)
	front := start(t, back.url, "-rewrite-host")
	ask(t, "GET", back.url+"/", nil)

	res, _ := ask(t, "GET", front.url+"/", nil)
	status := strings.Join(res.Header["Cache-Status"], ", ")
	if !strings.HasPrefix(status, "larder; hit; ttl=") || !strings.HasSuffix(status, ", larder; fwd=uri-miss; fwd-status=200; stored") {
		t.Errorf("first: Cache-Status %q, want the hit of the back, then the miss of the front", status)
	}
	res, _ = ask(t, "GET", front.url+"/", nil)
	said := res.Header["Cache-Status"]
	if age := res.Header.Get("Age"); age != "100" && age != "101" {
		t.Errorf("second: Age %q, want the 100 s that the origin said, or one more", age)
	}
	if len(said) != 2 || !strings.HasPrefix(said[0], "larder; hit; ttl=") || !strings.HasPrefix(said[1], "larder; hit; ttl=") {
		t.Errorf("second: Cache-Status %q, want the hit of the back, as it was kept, and that of the front", said)
	}
}

// A changed page is asked for anew at once, whatever changed it.
func TestUnsafeMethodsInvalidate(t *testing.T) {
	var version atomic.Int32
	p := start(t, application(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "GET" {
			version.Add(1)
			return
		}
		w.Header().Set("Cache-Control", "max-age=60")
		fmt.Fprint(w, version.Load())
	}))
	for i, method := range []string{"POST", "PUT", "DELETE", "PATCH", "M-SEARCH"} {
		ask(t, "GET", p.url+"/page", nil)
		ask(t, method, p.url+"/page", nil)
		if _, body := ask(t, "GET", p.url+"/page", nil); body != fmt.Sprint(i+1) {
			t.Errorf("after %s: version %s, want %d", method, body, i+1)
		}
	}
}
