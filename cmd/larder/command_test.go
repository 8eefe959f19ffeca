package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// command runs a command line that ends by itself.
func command(args ...string) (status int, stdout, stderr string) {
	var out, errs bytes.Buffer
	status = run(context.Background(), args, &out, &errs)
	return status, out.String(), errs.String()
}

// What the caller got wrong is status 2 and one line that says what to do.
func TestWrongUse(t *testing.T) {
	origin := "-origin=http://127.0.0.1:1"
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, `no command given; "larder help" lists them`},
		{[]string{"serve"}, `unknown command "serve"; there are proxy, help and version`},
		{[]string{"help", "me"}, `no help on ["me"]; "larder help proxy" lists the flags of the proxy`},
		{[]string{"version", "2"}, `version takes no arguments, got ["2"]`},
		{[]string{"proxy"}, `proxy: -origin is missing: give the URL of the application, such as -origin http://127.0.0.1:9000`},
		{[]string{"proxy", "-orgin", "x"}, `proxy: flag provided but not defined: -orgin; "larder help proxy" lists the flags`},
		{[]string{"proxy", origin, "now"}, `proxy: unexpected argument "now"; flags come with a dash, see "larder help proxy"`},
		{[]string{"proxy", "-origin=app:9000"}, `proxy: invalid value "app:9000" for flag -origin: want an absolute URL such as http://127.0.0.1:9000 or https://app.example`},
		{[]string{"proxy", "-origin=http://h/%zz"}, `proxy: invalid value "http://h/%zz" for flag -origin: no URL; want one such as http://127.0.0.1:9000`},
		{[]string{"proxy", "-origin=http://h/app?x=1"}, `proxy: invalid value "http://h/app?x=1" for flag -origin: want scheme, host and path only, such as http://h/app`},
		{[]string{"proxy", origin, "-ttl=-1s"}, `proxy: invalid value "-1s" for flag -ttl: want a duration such as 90s, 15m or 24h, or 0`},
		{[]string{"proxy", origin, "-ttl=15"}, `proxy: invalid value "15" for flag -ttl: want a duration such as 90s, 15m or 24h, or 0`},
		{[]string{"proxy", origin, "-swr=soon"}, `proxy: invalid value "soon" for flag -swr: want a duration such as 90s, 15m or 24h, or 0`},
		{[]string{"proxy", origin, "-ttl=1m", "-default-ttl=1m"}, `proxy: -ttl 1m0s and -default-ttl 1m0s exclude each other: with -ttl the origin's own lifetimes do not count`},
		{[]string{"proxy", origin, "-vary=*"}, `proxy: invalid value "*" for flag -vary: VaryOn("*"): want the name of a request header`},
		{[]string{"proxy", origin, "-vary-cookie=a,"}, `proxy: invalid value "a," for flag -vary-cookie: VaryOnCookie(""): want the name of a cookie`},
		{[]string{"proxy", origin, "-ignore-query=["}, `proxy: invalid value "[" for flag -ignore-query: IgnoreQuery("["): want a name or a pattern such as "utm_*"`},
		{[]string{"proxy", origin, "-status=206"}, `proxy: invalid value "206" for flag -status: Status(206): want a final status from 200 to 599 other than 206 and 304`},
		{[]string{"proxy", origin, "-status=gone"}, `proxy: invalid value "gone" for flag -status: "gone" is no status; want numbers such as 404,410`},
		{[]string{"proxy", origin, "-max-body=0"}, `proxy: invalid value "0" for flag -max-body: MaxBody(0): want a positive number of bytes`},
		{[]string{"proxy", origin, "-max-body=1TB"}, `proxy: invalid value "1TB" for flag -max-body: want a size such as 512KiB, 16MiB or 1GiB`},
		{[]string{"proxy", origin, "-max-body=9000000000GiB"}, `proxy: invalid value "9000000000GiB" for flag -max-body: want a size such as 512KiB, 16MiB or 1GiB`},
		{[]string{"proxy", origin, "-bypass=admin"}, `proxy: invalid value "admin" for flag -bypass: "admin" is no path; want one such as /admin/`},
		{[]string{"proxy", origin, "-cert=c.pem"}, `proxy: -cert and -key go together: TLS needs the files of both`},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			status, stdout, stderr := command(c.args...)
			if want := "larder: " + c.want + "\n"; status != 2 || stderr != want || stdout != "" {
				t.Errorf("status %d\nstderr %swant   %sstdout %q", status, stderr, want, stdout)
			}
		})
	}
}

// A store that -cache names wrongly is told with what there is, and without
// the password.
func TestWrongStore(t *testing.T) {
	status, _, stderr := command("proxy", "-origin=http://127.0.0.1:1", "-cache=reddis://me:secret@h:6379/0")
	if status != 2 || !strings.HasPrefix(stderr, "larder: proxy: -cache: ") || !strings.Contains(stderr, "redis") || strings.Contains(stderr, "secret") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

// What fails although it was called rightly is status 1.
func TestCannotListen(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.pem")
	for _, c := range []struct {
		name string
		args []string
		want []string
	}{
		{"no such port", []string{"-listen=127.0.0.1:70000"}, []string{"proxy: -listen 127.0.0.1:70000: ", "want host:port, such as 127.0.0.1:8080 or :8080"}},
		{"no such certificate", []string{"-listen=127.0.0.1:0", "-cert=" + missing, "-key=" + missing}, []string{"proxy: -cert and -key: open " + missing}},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, _, stderr := command(append([]string{"proxy", "-origin=http://127.0.0.1:1"}, c.args...)...)
			for _, want := range c.want {
				if status != 1 || !strings.Contains(stderr, want) {
					t.Errorf("status %d, stderr %q, want 1 and %q", status, stderr, want)
				}
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"help"}, {"-h"}, {"--help"}} {
		if status, stdout, _ := command(args...); status != 0 || stdout != usage {
			t.Errorf("%q: status %d, stdout %q", args, status, stdout)
		}
	}
	for _, args := range [][]string{{"help", "proxy"}, {"proxy", "-h"}} {
		status, stdout, stderr := command(args...)
		if status != 0 || !strings.HasPrefix(stdout, proxyUsage) || !strings.Contains(stdout, "-ignore-query LIST") || stderr != "" {
			t.Errorf("%q: status %d, stdout %q, stderr %q", args, status, stdout, stderr)
		}
	}
}

func TestVersion(t *testing.T) {
	status, stdout, _ := command("version")
	if status != 0 || !strings.HasPrefix(stdout, "larder ") || !strings.Contains(stdout, runtime.Version()) {
		t.Errorf("status %d, stdout %q", status, stdout)
	}
}

func TestMain(m *testing.M) {
	if os.Getenv("LARDER_AS_COMMAND") != "" { // a test wants a process of its own
		main()
		return
	}
	os.Exit(m.Run())
}
