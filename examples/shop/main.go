package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/examples/shop/catalog"
	"github.com/larder-go/larder/examples/shop/web"
	_ "github.com/larder-go/larder/store/all" // memory://, redis://, memcached://
)

// errUsage ends a command that was called wrongly, after stderr has said how.
var errUsage = errors.New("shop: wrong use")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

type settings struct{ cacheURL, addr, data string }

func parse(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("shop", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.cacheURL, "cache", cmp.Or(os.Getenv("CACHE_URL"), "memory://"), "`URL` of the store for pages; default from CACHE_URL")
	flags.StringVar(&s.addr, "addr", "127.0.0.1:8080", "`address` to listen on")
	flags.StringVar(&s.data, "data", dataFolder(), "`folder` of the data file")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return s, err
	} else if err != nil {
		return s, errUsage // the flag set has said why
	}
	if flags.NArg() > 0 {
		fmt.Fprintf(stderr, "shop: unexpected argument %q: only flags are allowed, see -help\n", flags.Arg(0))
		return s, errUsage
	}
	return s, nil
}

// dataFolder is where this user's programs keep what they can make again.
func dataFolder() string {
	caches, err := os.UserCacheDir()
	if err != nil {
		caches = os.TempDir()
	}
	return filepath.Join(caches, "larder-shop")
}

// run opens the shop and keeps it open until ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	cache, err := larder.Open(ctx, s.cacheURL, larder.WithPrefix("shop"), larder.WithLogger(log))
	if err != nil {
		fmt.Fprintf(stderr, "shop: -cache or CACHE_URL: %v\n", err)
		return errUsage
	}
	defer cache.Close()

	file := filepath.Join(s.data, "shop.db")
	products, err := catalog.Open(ctx, file, catalog.Options{Progress: progress(stdout)})
	if err != nil {
		return err
	}
	defer products.Close()
	handler, err := web.New(ctx, cache, products, log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fmt.Errorf("shop: -addr: %w", err)
	}
	fmt.Fprintf(stdout, "open   http://%s\ncache  %s\ndata   %s\n", listener.Addr(), scheme(s.cacheURL), file)
	return serve(ctx, listener, handler)
}

// scheme is the part of a store's URL that anybody may read.
func scheme(url string) string {
	name, _, _ := strings.Cut(url, ":")
	return name
}

// serve answers requests until ctx ends, and lets those under way finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		ended <- server.Shutdown(grace)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}

// progress writes one line that grows while the data is made.
func progress(w io.Writer) func(done, total int) {
	return func(done, total int) {
		fmt.Fprintf(w, "\rfilling the shelves: %d of %d order lines", done, total)
		if done == total {
			fmt.Fprintln(w)
		}
	}
}
