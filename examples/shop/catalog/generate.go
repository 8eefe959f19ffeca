package catalog

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// Size is how much a generated catalogue holds.
type Size struct{ Products, OrderLines int }

// FullSize has every product that the vocabulary can name, and enough orders
// to give a report something to do.
var FullSize = Size{Products: 2160, OrderLines: 750_000}

// A generated history lasts one year and ends here. [Open] moves it to today.
var historyEnd = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

const (
	historyLength   = 364 * 24 * time.Hour
	progressEvery   = 10_000 // order lines
	maxLinesInOrder = 4
)

//go:embed schema.sql
var schema string

// Generate writes a new catalogue of the given size to the named file. Equal
// sizes give equal contents. The file appears when it is complete, or not at
// all. Progress may be nil.
func Generate(ctx context.Context, file string, size Size, progress func(done, total int)) error {
	if most := productCount(); size.Products < 1 || size.Products > most || size.OrderLines < 0 {
		return fmt.Errorf("catalog: generate %d products and %d order lines: 1 to %d products are possible and 0 order lines or more",
			size.Products, size.OrderLines, most)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("catalog: generate: %w", err)
	}
	draft, err := draftBeside(file)
	if err != nil {
		return fmt.Errorf("catalog: generate: %w", err)
	}
	defer os.Remove(draft)
	if err := fill(ctx, draft, size, progress); err != nil {
		return fmt.Errorf("catalog: generate %s: %w", file, err)
	}
	return os.Rename(draft, file)
}

// draftBeside makes an empty file in the folder of the given one, so that a
// rename from one to the other never crosses a file system.
func draftBeside(file string) (string, error) {
	draft, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*.draft")
	if err != nil {
		return "", err
	}
	return draft.Name(), draft.Close()
}

// fill writes a draft in one transaction. A draft that is lost is made again,
// so SQLite need not protect it with a journal.
func fill(ctx context.Context, draft string, size Size, progress func(done, total int)) error {
	pool, err := sql.Open("sqlite", dsn(draft, "journal_mode(OFF)", "synchronous(OFF)"))
	if err != nil {
		return err
	}
	defer pool.Close()
	err = inTx(ctx, pool, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, schema); err != nil {
			return err
		}
		rnd := newRandom()
		products := invent(rnd, size.Products)
		if err := insertProducts(ctx, tx, products); err != nil {
			return err
		}
		return insertOrders(ctx, tx, rnd, products, size.OrderLines, progress)
	})
	if err != nil {
		return err
	}
	return pool.Close()
}

// newRandom begins the same row of numbers each time.
func newRandom() *rand.Rand { return rand.New(rand.NewPCG(5, 2)) }

func insertProducts(ctx context.Context, tx *sql.Tx, products []Product) error {
	for i, s := range shelves {
		_, err := tx.ExecContext(ctx, `INSERT INTO categories VALUES (?, ?, ?, ?, ?, ?, ?)`,
			i+1, s.slug, s.name.EN, s.name.DE, s.blurb.EN, s.blurb.DE, s.vessel)
		if err != nil {
			return err
		}
	}
	insert, err := tx.PrepareContext(ctx, `INSERT INTO products VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, p := range products {
		_, err := insert.ExecContext(ctx, p.ID, p.Category.ID, p.Name.EN, p.Name.DE,
			p.Description.EN, p.Description.DE, p.Maker, p.Pack, p.Colour, p.Cents)
		if err != nil {
			return err
		}
	}
	return nil
}

func insertOrders(ctx context.Context, tx *sql.Tx, rnd *rand.Rand, products []Product, lines int, progress func(done, total int)) error {
	order, err := tx.PrepareContext(ctx, `INSERT INTO orders VALUES (?, ?, ?)`)
	if err != nil {
		return err
	}
	defer order.Close()
	line, err := tx.PrepareContext(ctx, `INSERT INTO order_lines (order_id, product_id, quantity, cents) VALUES (?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer line.Close()

	demand := newDemand(rnd, len(products))
	for done, id := 0, 1; done < lines; id++ {
		year := float64(done) / float64(lines)
		placed := historyEnd.Add(-historyLength).Add(time.Duration(year * float64(historyLength)))
		if _, err := order.ExecContext(ctx, id, placed.Unix(), Guest); err != nil {
			return err
		}
		for range min(1+rnd.IntN(maxLinesInOrder), lines-done) {
			p := products[demand.pick(year)]
			if _, err := line.ExecContext(ctx, id, p.ID, 1+rnd.IntN(3), p.Cents); err != nil {
				return err
			}
			done++
			if progress != nil && (done%progressEvery == 0 || done == lines) {
				progress(done, lines)
			}
		}
	}
	return nil
}

// demand says what customers want: a few products often, most of them seldom,
// and each one more in its season.
type demand struct {
	rnd    *rand.Rand
	rank   *rand.Zipf
	byRank []int     // product numbers, the favourites first
	season []float64 // by product: where in the wave of a quarter it stands
}

func newDemand(rnd *rand.Rand, products int) *demand {
	d := &demand{
		rnd:    rnd,
		rank:   rand.NewZipf(rnd, 1.1, 40, uint64(products-1)),
		byRank: rnd.Perm(products),
		season: make([]float64, products),
	}
	for i := range d.season {
		d.season[i] = rnd.Float64()
	}
	return d
}

// pick draws a product at a moment of the year, which goes from 0 to 1.
func (d *demand) pick(year float64) int {
	for {
		product := d.byRank[d.rank.Uint64()]
		wave := math.Sin(2 * math.Pi * (4*year + d.season[product]))
		if d.rnd.Float64() < 0.6+0.4*wave {
			return product
		}
	}
}
