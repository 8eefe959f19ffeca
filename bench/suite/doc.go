// Package suite measures everything that needs no network but the loopback:
// the sections of package cases in interleaved rounds, what is found out in
// processes of their own (package probe), and herds of clients. It fills a
// table.Book, and on the way says what it does.
package suite
