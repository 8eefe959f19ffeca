package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
)

const usage = `larder puts a page cache in front of any web application.

	larder proxy -origin URL [flags]   run the caching proxy
	larder help [proxy]                show this, or all flags of proxy
	larder version                     show version and build

Example:

	larder proxy -origin http://127.0.0.1:9000 -listen 127.0.0.1:8080
`

// A usageError tells how the command was called wrongly, and what to do.
type usageError struct{ error }

func misuse(format string, a ...any) error {
	return usageError{fmt.Errorf(format, a...)}
}

// run carries out one command line and returns the status to exit with: 0, 1
// if the command failed, 2 if it was called wrongly.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := dispatch(ctx, args, stdout, stderr)
	if err == nil || errors.Is(err, flag.ErrHelp) { // -h, which has been answered
		return 0
	}
	fmt.Fprintf(stderr, "larder: %v\n", err)
	if _, wrong := errors.AsType[usageError](err); wrong {
		return 2
	}
	return 1
}

func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) == 0 {
		return misuse("no command given; \"larder help\" lists them")
	}
	switch name, rest := args[0], args[1:]; name {
	case "proxy":
		return runProxy(ctx, rest, stdout, stderr)
	case "version", "-version", "--version":
		return printVersion(stdout, rest)
	case "help", "-h", "-help", "--help":
		return printHelp(stdout, rest)
	default:
		return misuse("unknown command %q; there are proxy, help and version", name)
	}
}

func printHelp(stdout io.Writer, topics []string) error {
	switch {
	case len(topics) == 0:
		_, err := io.WriteString(stdout, usage)
		return err
	case len(topics) == 1 && topics[0] == "proxy":
		var s settings
		s.flags(stdout).Usage()
		return nil
	}
	return misuse("no help on %q; \"larder help proxy\" lists the flags of the proxy", topics)
}
