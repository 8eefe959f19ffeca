package catalog

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// The day after the generated history ends, in the afternoon.
var today = historyEnd.Add(15 * time.Hour)

func openFile(t *testing.T, file string) *DB {
	t.Helper()
	db, err := Open(t.Context(), file, Options{Size: smallSize, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// small holds a catalogue of smallSize, made once for all tests.
var small = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "catalog")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "shop.db")
	if err := Generate(context.Background(), file, smallSize, nil); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

func openSmall(t *testing.T) *DB {
	t.Helper()
	content, err := small()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "shop.db")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return openFile(t, file)
}

func tableText(t *testing.T, rows *sql.Rows) []string {
	t.Helper()
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rows.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		if err := rows.Scan(values...); err != nil {
			t.Fatal(err)
		}
		text := ""
		for _, v := range values {
			text += fmt.Sprint(*v.(*any), "|")
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// naiveSales adds up the order lines one by one, in Go.
func naiveSales(t *testing.T, db *DB) map[int64]Sales {
	t.Helper()
	rows, err := db.sql.Query(`SELECT l.product_id, o.placed_at, l.quantity, l.cents FROM order_lines l, orders o WHERE o.id = l.order_id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	begin := time.Date(today.Year(), today.Month(), today.Day()-90, 0, 0, 0, 0, time.UTC)
	sums := map[int64]Sales{}
	for rows.Next() {
		var product, placed int64
		var quantity, cents int
		if err := rows.Scan(&product, &placed, &quantity, &cents); err != nil {
			t.Fatal(err)
		}
		since := time.Unix(placed, 0).Sub(begin)
		if since < 0 {
			continue
		}
		s := sums[product]
		s.Units += quantity
		s.Cents += quantity * cents
		s.Weekly[int(since.Hours()/24/7)] += quantity
		sums[product] = s
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return sums
}

func TestTopSellersAgreesWithNaiveSum(t *testing.T) {
	db := openSmall(t)
	sums := naiveSales(t, db)
	var ids []int64
	for id := range sums {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int {
		return cmp.Or(cmp.Compare(sums[b].Units, sums[a].Units), cmp.Compare(sums[b].Cents, sums[a].Cents), cmp.Compare(a, b))
	})
	top, err := db.TopSellers(t.Context())
	if err != nil || len(top) != 10 {
		t.Fatalf("%d top sellers, error %v, want 10", len(top), err)
	}
	for i, s := range top {
		if s.Place != i+1 || s.Product.ID != ids[i] || s.Sales != sums[ids[i]] {
			t.Errorf("place %d: product %d with %+v at place %d, want product %d with %+v",
				i+1, s.Product.ID, s.Sales, s.Place, ids[i], sums[ids[i]])
		}
		if product, err := db.Product(t.Context(), s.Product.ID); err != nil || product != s.Product {
			t.Errorf("place %d: product %+v, error %v, want %+v", i+1, s.Product, err, product)
		}
	}
}

func TestSalesAgreesWithNaiveSum(t *testing.T) {
	db := openSmall(t)
	sums := naiveSales(t, db)
	for id := int64(1); id <= int64(smallSize.Products); id++ {
		if sales, err := db.Sales(t.Context(), id); err != nil || sales != sums[id] {
			t.Errorf("product %d: %+v, error %v, want %+v", id, sales, err, sums[id])
		}
	}
}

func TestBuyCountsAtOnce(t *testing.T) {
	db := openSmall(t)
	before, err := db.Sales(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	var buyers sync.WaitGroup
	for range 20 {
		buyers.Go(func() {
			if err := db.Buy(t.Context(), 7, "Ada"); err != nil {
				t.Error(err)
			}
		})
	}
	buyers.Wait()
	product, _ := db.Product(t.Context(), 7)
	want := before
	want.Units += 20
	want.Cents += 20 * product.Cents
	want.Weekly[Weeks-1] += 20
	if after, err := db.Sales(t.Context(), 7); err != nil || after != want {
		t.Errorf("after 20 purchases at once: %+v, error %v, want %+v", after, err, want)
	}
}

func TestOrdersOfTheFutureDoNotCount(t *testing.T) {
	db := openSmall(t)
	before, err := db.Sales(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	db.now = func() time.Time { return today.AddDate(0, 1, 0) }
	if err := db.Buy(t.Context(), 7, Guest); err != nil {
		t.Fatal(err)
	}
	db.now = func() time.Time { return today } // the clock was set back
	if after, err := db.Sales(t.Context(), 7); err != nil || after != before {
		t.Errorf("%+v, error %v, want %+v", after, err, before)
	}
	if _, err := db.TopSellers(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestUnknownIsNotFound(t *testing.T) {
	db := openSmall(t)
	_, product := db.Product(t.Context(), 9999)
	_, category := db.Category(t.Context(), "socks")
	buy := db.Buy(t.Context(), 9999, Guest)
	for name, err := range map[string]error{"product": product, "category": category, "buy": buy} {
		if !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: error %v, want %v", name, err, ErrNotFound)
		}
	}
}

func TestProductsGoThroughACategory(t *testing.T) {
	db := openSmall(t)
	teas, err := db.Category(t.Context(), "teas")
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for offset := 0; offset < 8; offset += 4 {
		products, total, err := db.Products(t.Context(), teas.ID, 4, offset)
		if err != nil || total != 6 {
			t.Errorf("total %d, error %v, want 6", total, err)
		}
		for _, p := range products {
			ids = append(ids, p.ID)
		}
	}
	if want := []int64{2, 12, 22, 32, 42, 52}; !slices.Equal(ids, want) {
		t.Errorf("teas %v, want %v", ids, want)
	}
}

func TestNeighboursComeAfterAndWrapAround(t *testing.T) {
	db := openSmall(t)
	p, err := db.Product(t.Context(), 42)
	if err != nil {
		t.Fatal(err)
	}
	others, err := db.Neighbours(t.Context(), p, 3)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for _, o := range others {
		ids = append(ids, o.ID)
	}
	if want := []int64{52, 2, 12}; !slices.Equal(ids, want) {
		t.Errorf("neighbours %v, want %v", ids, want)
	}
}

func TestCategoriesAreInTheOrderOfTheShelves(t *testing.T) {
	categories, err := openSmall(t).Categories(t.Context())
	if err != nil || len(categories) != len(shelves) {
		t.Fatalf("%d categories, error %v, want %d", len(categories), err, len(shelves))
	}
	for i, c := range categories {
		if c.Slug != shelves[i].slug || c.Name != shelves[i].name || c.Vessel != shelves[i].vessel {
			t.Errorf("category %d is %+v, want the shelf %s", i, c, shelves[i].slug)
		}
	}
}

func TestHistoryCatchesUpWithTheClock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	first, err := openFile(t, file).TopSellers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	later := today.AddDate(1, 2, 3)
	db, err := Open(t.Context(), file, Options{Now: func() time.Time { return later }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	second, err := db.TopSellers(t.Context())
	if err != nil || !slices.Equal(first, second) {
		t.Errorf("a year later the TOP-10 is %v, error %v, want as before: %v", second, err, first)
	}
}
