package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/larder-go/larder"
	"github.com/larder-go/larder/cmd/larder/internal/proxy"
	_ "github.com/larder-go/larder/store/all" // every store that -cache may name
)

// runProxy is "larder proxy". It ends when ctx does, or when it cannot listen.
func runProxy(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	cache, err := s.open(ctx, log)
	if err != nil {
		return misuse("proxy: -cache: %v", err)
	}
	defer cache.Close()
	server := proxy.Server{
		Handler: s.handler(cache, log), Address: s.listen, Cert: s.cert, Key: s.key, Grace: s.grace, Log: log,
		Listening: func(url string) { fmt.Fprintf(stdout, "listening on %s, origin %s\n", url, s.origin) },
	}
	if err := server.Run(ctx); err != nil {
		return fmt.Errorf("proxy: %w", err)
	}
	return nil
}

func (s *settings) open(ctx context.Context, log *slog.Logger) (*larder.Cache, error) {
	opts := []larder.Option{larder.WithLogger(log)}
	if s.sessions != nil {
		opts = append(opts, larder.WithSessionCookies(s.sessions...))
	}
	return larder.Open(ctx, s.cache, opts...)
}
