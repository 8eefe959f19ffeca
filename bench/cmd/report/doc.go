// Command report measures everything and writes docs/performance.md with its
// plots.
//
//	go run ./cmd/report                                  in some twenty minutes
//	go run ./cmd/report -bench book.json -wire wire.json with what the commands bench and web wrote
//	go run ./cmd/report -out FOLDER                      elsewhere than ../docs
//	go run ./cmd/report -quick                           a look at it: figures mean little
//
// Servers over the wire are left out where wrk is not installed.
package main
