package exact_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"
)

// A row is one number of the database, and what is known for sure of those who
// ask for it from now on.
type row struct {
	now     atomic.Int64 // committed
	settled atomic.Int64 // committed before an invalidation that has returned
	soft    atomic.Int64 // the same for a soft one: only what is shown as stale may be older
}

// The rows: one that everything shows and a Clear is about, some that have a
// tag, some that have a URL.
const (
	everything = 0
	firstTag   = 1
	firstURL   = firstTag + tagged
	tagged     = 6
	addressed  = 3
)

// rows is the database.
type rows [firstURL + addressed]row

// createRows makes an empty database in a file that other processes can open.
func createRows(t testing.TB) (*rows, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rows")
	if err := os.WriteFile(file, make([]byte, unsafe.Sizeof(rows{})), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := openRows(file)
	if err != nil {
		t.Fatal(err)
	}
	return db, file
}

// openRows is the database of a file. It stays open until the process ends,
// since goroutines may still look at it when a test is over.
func openRows(file string) (*rows, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	size := int(unsafe.Sizeof(rows{}))
	mem, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", file, err)
	}
	return (*rows)(unsafe.Pointer(unsafe.SliceData(mem))), nil
}

// versions counts all changes there were.
func (db *rows) versions() (n int64) {
	for i := range db {
		n += db[i].now.Load()
	}
	return n
}

// raise sets a number that only grows to at least v.
func raise(at *atomic.Int64, v int64) {
	for have := at.Load(); have < v && !at.CompareAndSwap(have, v); {
		have = at.Load()
	}
}

// askedKey marks a request, to learn whether it asked the database.
type askedKey struct{}

// show is what is to be seen of a row and of the one that everything shows, as
// "row:number" pairs.
func (db *rows) show(ctx context.Context, i int) string {
	if asked, ok := ctx.Value(askedKey{}).(*atomic.Bool); ok {
		asked.Store(true)
	}
	return fmt.Sprintf("%d:%d %d:%d ", everything, db[everything].now.Load(), i, db[i].now.Load())
}
