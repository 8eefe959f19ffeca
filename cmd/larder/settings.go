package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/larder-go/larder/cachepage"
)

// settings are what the flags of "larder proxy" say.
type settings struct {
	origin      *url.URL
	rewriteHost bool
	listen      string
	cert, key   string
	grace       time.Duration
	quiet       bool

	cache      string
	ttl        time.Duration
	defaultTTL time.Duration
	sessions   []string
	options    []cachepage.Option
}

// parse reads the flags of "larder proxy". What is wrong comes back as an
// error; only the answer to -help goes to stdout.
func parse(args []string, stdout io.Writer) (*settings, error) {
	s := new(settings)
	flags := s.flags(io.Discard)
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		new(settings).flags(stdout).Usage()
		return nil, err
	} else if err != nil {
		return nil, misuse("proxy: %w%s", err, hint(err))
	}
	if flags.NArg() > 0 {
		return nil, misuse("proxy: unexpected argument %q; flags come with a dash, see \"larder help proxy\"", flags.Arg(0))
	}
	return s, s.check()
}

// hint says where to look up a flag that is not known.
func hint(err error) string {
	if strings.HasPrefix(err.Error(), "flag provided but not defined") {
		return "; \"larder help proxy\" lists the flags"
	}
	return ""
}

// check finds what no single flag can know.
func (s *settings) check() error {
	switch {
	case s.origin == nil:
		return misuse("proxy: -origin is missing: give the URL of the application, such as -origin http://127.0.0.1:9000")
	case (s.cert == "") != (s.key == ""):
		return misuse("proxy: -cert and -key go together: TLS needs the files of both")
	case s.ttl > 0 && s.defaultTTL > 0:
		return misuse("proxy: -ttl %v and -default-ttl %v exclude each other: with -ttl the origin's own lifetimes do not count", s.ttl, s.defaultTTL)
	}
	return nil
}

// route is the lifetime and the options of the one cached route.
func (s *settings) route() (time.Duration, []cachepage.Option) {
	if s.ttl > 0 {
		return s.ttl, s.options
	}
	return s.defaultTTL, append(s.options, cachepage.FollowOrigin())
}

// parseOrigin reads the URL of the application behind the proxy.
func (s *settings) parseOrigin(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return errors.New("no URL; want one such as http://127.0.0.1:9000")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return errors.New("want an absolute URL such as http://127.0.0.1:9000 or https://app.example")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return fmt.Errorf("want scheme, host and path only, such as %s", &url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path})
	}
	s.origin = u
	return nil
}
