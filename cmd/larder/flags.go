package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/larder-go/larder/cachepage"
)

const proxyUsage = `larder proxy -origin URL [flags]

Puts a cache in front of the application at URL. By default it is a shared
cache by the letter of RFC 9111: the application's own headers decide.
Durations are written 90s, 15m or 24h, sizes 512KiB or 16MiB; LIST means one or
more values with commas between them.

`

// flags declares every flag of "larder proxy" as a field of s.
func (s *settings) flags(output io.Writer) *flag.FlagSet {
	f := flag.NewFlagSet("proxy", flag.ContinueOnError)
	f.SetOutput(output)
	f.Usage = func() {
		io.WriteString(output, proxyUsage)
		f.PrintDefaults()
	}
	s.serverFlags(f)
	s.lifetimeFlags(f)
	s.keyFlags(f)
	s.limitFlags(f)
	return f
}

func (s *settings) serverFlags(f *flag.FlagSet) {
	f.Func("origin", "`URL` of the application (required)", s.parseOrigin)
	f.BoolVar(&s.rewriteHost, "rewrite-host", false, "send the origin's own host name instead of the one that was asked for")
	f.StringVar(&s.listen, "listen", "127.0.0.1:8080", "`address` to listen on")
	f.StringVar(&s.cert, "cert", "", "`file` with the certificate chain in PEM, for TLS; needs -key")
	f.StringVar(&s.key, "key", "", "`file` with the private key in PEM, for TLS; needs -cert")
	f.DurationVar(&s.grace, "grace", 10*time.Second, "`duration` that requests under way get at the end")
	f.BoolVar(&s.quiet, "quiet", false, "no access log")
	f.StringVar(&s.cache, "cache", "memory://", "`URL` of the store: memory://?max=256MiB, redis://host:6379/0, memcached://host:11211 …")
}

func (s *settings) lifetimeFlags(f *flag.FlagSet) {
	f.Func("ttl", "`duration` to keep pages for, whatever their max-age; 0 follows the origin (default 0)", duration(&s.ttl))
	f.Func("default-ttl", "`duration` for answers that say nothing of theirs, when following the origin (default 0: by Last-Modified)", duration(&s.defaultTTL))
	f.Func("browser-ttl", "`duration` told to browsers with -ttl (default: the same; 0: ask each time)", s.lasting(cachepage.BrowserTTL))
	f.Func("cdn-ttl", "`duration` told to content delivery networks with -ttl", s.lasting(cachepage.CDNTTL))
	f.Func("swr", "stale-while-revalidate: `duration` to serve a stale page for while it is made anew", s.lasting(cachepage.StaleWhileRevalidate))
	f.Func("sie", "stale-if-error: `duration` to serve a stale page for while the application fails", s.lasting(cachepage.StaleIfError))
}

func (s *settings) keyFlags(f *flag.FlagSet) {
	f.Func("vary", "`LIST` of request headers that pages differ by, besides those in their Vary", s.listed(cachepage.VaryOn))
	f.Func("vary-cookie", "`LIST` of cookies that pages differ by; no other counts then", s.listed(cachepage.VaryOnCookie))
	f.Func("ignore-query", "`LIST` of query parameters to leave out, such as utm_*,fbclid", s.listed(cachepage.IgnoreQuery))
	f.Func("only-query", "`LIST` of the only query parameters that count; empty: none", s.listed(cachepage.OnlyQuery))
	f.Func("session-cookies", "`LIST` of what the names of session cookies contain (default sess,sid,auth,token,jwt,csrf,xsrf); empty: no cookie is special", func(text string) error {
		s.sessions = append([]string{}, split(text)...)
		return nil
	})
	f.Func("prefix", "`text` before every key, which keeps this proxy's pages apart on a shared store", s.option(func(text string) (cachepage.Option, error) {
		return cachepage.Prefix(text), nil
	}))
}

func (s *settings) limitFlags(f *flag.FlagSet) {
	f.Func("status", "`LIST` of statuses to keep besides 200 for -ttl or -default-ttl, such as 404", s.option(statuses))
	f.Func("max-body", "`size` beyond which a body is not kept (default 16MiB)", s.option(maxBody))
	f.Func("bypass", "`LIST` of path prefixes that pass the cache by, such as /admin/", s.option(bypass))
}

// option makes the value of a flag an option of the route. What the option
// finds impossible is an error of the flag.
func (s *settings) option(read func(text string) (cachepage.Option, error)) func(string) error {
	return func(text string) (err error) {
		defer func() {
			if why, ok := recover().(string); ok {
				err = fmt.Errorf("%s", strings.TrimPrefix(why, "cachepage: "))
			}
		}()
		o, err := read(text)
		if err == nil {
			s.options = append(s.options, o)
		}
		return err
	}
}

func (s *settings) listed(make func(...string) cachepage.Option) func(string) error {
	return s.option(func(text string) (cachepage.Option, error) { return make(split(text)...), nil })
}

func (s *settings) lasting(make func(time.Duration) cachepage.Option) func(string) error {
	return s.option(func(text string) (o cachepage.Option, err error) {
		var d time.Duration
		if err = duration(&d)(text); err == nil {
			o = make(d)
		}
		return o, err
	})
}

// duration reads one that is not negative into d.
func duration(d *time.Duration) func(string) error {
	return func(text string) error {
		got, err := time.ParseDuration(text)
		if err != nil || got < 0 {
			return fmt.Errorf("want a duration such as 90s, 15m or 24h, or 0")
		}
		*d = got
		return nil
	}
}

// split cuts a list at its commas; an empty text is an empty list.
func split(text string) (values []string) {
	if text == "" {
		return nil
	}
	for v := range strings.SplitSeq(text, ",") {
		values = append(values, strings.TrimSpace(v))
	}
	return values
}

func statuses(text string) (cachepage.Option, error) {
	var codes []int
	for _, v := range split(text) {
		code, err := strconv.Atoi(v)
		if err != nil {
			return nil, fmt.Errorf("%q is no status; want numbers such as 404,410", v)
		}
		codes = append(codes, code)
	}
	return cachepage.Status(codes...), nil
}

func bypass(text string) (cachepage.Option, error) {
	prefixes := split(text)
	for _, p := range prefixes {
		if !strings.HasPrefix(p, "/") {
			return nil, fmt.Errorf("%q is no path; want one such as /admin/", p)
		}
	}
	return cachepage.Bypass(func(r *http.Request) bool {
		for _, p := range prefixes {
			if strings.HasPrefix(r.URL.Path, p) {
				return true
			}
		}
		return false
	}), nil
}
