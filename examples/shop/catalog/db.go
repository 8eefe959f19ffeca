package catalog

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// ErrNotFound says that the catalogue has no such product or category.
var ErrNotFound = errors.New("catalog: not found")

// Options say how [Open] makes and reads a catalogue. The zero value is the
// shop as it is meant to be.
type Options struct {
	Size     Size                  // of a file that has to be made; default FullSize
	Now      func() time.Time      // the shop's clock; default time.Now
	Progress func(done, total int) // called now and then while a file is made, in order lines
}

// DB is an open catalogue. All its methods may be called at the same time.
type DB struct {
	sql *sql.DB
	now func() time.Time
}

// Open opens the catalogue in the named file and makes it first if it is not
// there. An order history that ended a while ago is moved up to today.
func Open(ctx context.Context, file string, opts Options) (*DB, error) {
	if err := makeIfMissing(ctx, file, opts); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", dsn(file, "journal_mode(WAL)", "synchronous(NORMAL)"))
	if err != nil {
		return nil, fmt.Errorf("catalog: open %s: %w", file, err)
	}
	pool.SetMaxOpenConns(8)
	db := &DB{sql: pool, now: time.Now}
	if opts.Now != nil {
		db.now = opts.Now
	}
	if err := db.catchUp(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return db, nil
}

// Close closes the file.
func (db *DB) Close() error { return db.sql.Close() }

func makeIfMissing(ctx context.Context, file string, opts Options) error {
	_, err := os.Stat(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return Generate(ctx, file, cmp.Or(opts.Size, FullSize), opts.Progress)
}

// dsn names a file for the driver. A transaction takes the write lock at its
// beginning, so that two of them wait for each other instead of failing.
func dsn(file string, pragmas ...string) string {
	query := url.Values{
		"_pragma": append(pragmas, "busy_timeout(5000)", "foreign_keys(1)"),
		"_txlock": {"immediate"},
	}
	return (&url.URL{Scheme: "file", Opaque: url.PathEscape(file), RawQuery: query.Encode()}).String()
}

// inTx runs change in a transaction: all of it happens, or nothing.
func inTx(ctx context.Context, pool *sql.DB, change func(*sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if err := change(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// each calls read for every row of a query.
func (db *DB) each(ctx context.Context, read func(*sql.Rows) error, query string, args ...any) error {
	rows, err := db.sql.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
