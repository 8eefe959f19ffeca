package exact_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
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

type rows [firstURL + addressed]row

// database is what lies in the memory that processes share.
type database struct {
	rows
	calm    atomic.Bool  // nobody may begin to write
	writing atomic.Int64 // who has begun and not ended
}

// createRows makes an empty database in a file that other processes can open.
func createRows(t testing.TB) (*database, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "rows")
	if err := os.WriteFile(file, make([]byte, unsafe.Sizeof(database{})), 0o600); err != nil {
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
func openRows(file string) (*database, error) {
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	size := int(unsafe.Sizeof(database{}))
	mem, err := syscall.Mmap(int(f.Fd()), 0, size, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", file, err)
	}
	return (*database)(unsafe.Pointer(unsafe.SliceData(mem))), nil
}

// versions counts all changes there were.
func (db *database) versions() (n int64) {
	for i := range db.rows {
		n += db.rows[i].now.Load()
	}
	return n
}

// settle lets those who write finish, and nobody begin until calm is over.
func (db *database) settle() {
	db.calm.Store(true)
	for db.writing.Load() > 0 {
		time.Sleep(time.Millisecond)
	}
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
func (db *database) show(ctx context.Context, i int) string {
	if asked, ok := ctx.Value(askedKey{}).(*atomic.Bool); ok {
		asked.Store(true)
	}
	return fmt.Sprintf("%d:%d %d:%d ", everything, db.rows[everything].now.Load(), i, db.rows[i].now.Load())
}
