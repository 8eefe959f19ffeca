package proxy

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Server listens for requests until it is told to end. Without a certificate
// it speaks HTTP/1.1 and HTTP/2 with prior knowledge (h2c), with one HTTP/1.1
// and HTTP/2 over TLS.
type Server struct {
	Handler   http.Handler
	Address   string
	Cert, Key string // PEM files, both or neither
	Grace     time.Duration
	Log       *slog.Logger
	Listening func(url string) // called once requests are answered; may be nil
}

// Run answers requests until ctx ends, then lets those under way finish for
// the time of Grace. The error says why it could not begin.
func (s *Server) Run(ctx context.Context) error {
	server := &http.Server{
		Handler:           s.Handler,
		Protocols:         new(http.Protocols),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),

		DisableGeneralOptionsHandler: true, // OPTIONS * is for the origin
	}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	listener, scheme, err := s.listen()
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- s.serve(server, listener) }()
	if s.Listening != nil {
		s.Listening(scheme + "://" + listener.Addr().String())
	}
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		s.end(server)
		return nil
	}
}

// listen opens the port, and reads the certificate first.
func (s *Server) listen() (_ net.Listener, scheme string, err error) {
	scheme = "http"
	if s.Cert != "" {
		scheme = "https"
		if _, err := tls.LoadX509KeyPair(s.Cert, s.Key); err != nil {
			return nil, "", fmt.Errorf("-cert and -key: %w", err)
		}
	}
	l, err := net.Listen("tcp", s.Address)
	if err != nil {
		return nil, "", fmt.Errorf("-listen %s: %w; want host:port, such as 127.0.0.1:8080 or :8080, that nobody else listens on", s.Address, err)
	}
	return l, scheme, nil
}

func (s *Server) serve(server *http.Server, l net.Listener) error {
	if s.Cert != "" {
		return server.ServeTLS(l, s.Cert, s.Key)
	}
	return server.Serve(l)
}

// end waits for requests under way, and cuts off those that take too long.
func (s *Server) end(server *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), s.Grace)
	defer cancel()
	if err := server.Shutdown(ctx); errors.Is(err, context.DeadlineExceeded) {
		s.Log.Warn("requests were cut off, they took longer than -grace", "grace", s.Grace)
		server.Close()
	}
}
