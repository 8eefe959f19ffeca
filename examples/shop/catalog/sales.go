package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Weeks is how far back sales are counted. The last week ends with today.
const Weeks = 13

// Sales is how a product sold in the last [Weeks] weeks.
type Sales struct {
	Units  int
	Cents  int
	Weekly [Weeks]int // units, the oldest week first
}

// Seller is a product with its place among all products.
type Seller struct {
	Place   int // from 1
	Product Product
	Sales   Sales
}

const topSellers = `
WITH weekly AS (
    SELECT l.product_id,
           (o.placed_at - :since) / 604800 AS week,
           SUM(l.quantity)                 AS units,
           SUM(l.quantity * l.cents)       AS cents
    FROM order_lines l
    JOIN orders o ON o.id = l.order_id
    WHERE o.placed_at >= :since AND o.placed_at < :until
    GROUP BY l.product_id, week
),
ranked AS (
    SELECT product_id,
           SUM(units) AS units,
           SUM(cents) AS cents,
           RANK() OVER (ORDER BY SUM(units) DESC, SUM(cents) DESC, product_id) AS place
    FROM weekly
    GROUP BY product_id
)
SELECT r.place, r.units, r.cents, w.week, w.units, ` + productColumns + `
FROM ranked r
JOIN weekly w ON w.product_id = r.product_id
JOIN products p ON p.id = r.product_id
JOIN categories c ON c.id = p.category_id
WHERE r.place <= 10
ORDER BY r.place, w.week`

// TopSellers returns the ten products that sold most units in the last
// [Weeks] weeks, the best first. It reads every order line of the shop:
// expect a few hundred milliseconds.
func (db *DB) TopSellers(ctx context.Context) ([]Seller, error) {
	var top []Seller
	err := db.each(ctx, func(rows *sql.Rows) error {
		var s Seller
		var week, units int
		err := rows.Scan(append([]any{&s.Place, &s.Sales.Units, &s.Sales.Cents, &week, &units}, s.Product.columns()...)...)
		if len(top) == 0 || top[len(top)-1].Place != s.Place {
			top = append(top, s)
		}
		top[len(top)-1].Sales.Weekly[week] = units
		return err
	}, topSellers, db.period()...)
	if err != nil {
		return nil, fmt.Errorf("catalog: top sellers: %w", err)
	}
	return top, nil
}

const salesOfProduct = `
SELECT (o.placed_at - :since) / 604800 AS week, SUM(l.quantity), SUM(l.quantity * l.cents)
FROM order_lines l
JOIN orders o ON o.id = l.order_id
WHERE l.product_id = :product AND o.placed_at >= :since AND o.placed_at < :until
GROUP BY week`

// Sales returns how one product sold in the last [Weeks] weeks.
func (db *DB) Sales(ctx context.Context, product int64) (Sales, error) {
	var sales Sales
	err := db.each(ctx, func(rows *sql.Rows) error {
		var week, units, cents int
		err := rows.Scan(&week, &units, &cents)
		sales.Weekly[week] = units
		sales.Units += units
		sales.Cents += cents
		return err
	}, salesOfProduct, append(db.period(), sql.Named("product", product))...)
	if err != nil {
		return Sales{}, fmt.Errorf("catalog: sales of product %d: %w", product, err)
	}
	return sales, nil
}

// period is the time that counts, as arguments of a query. It changes at
// midnight only, so that a figure does not move while nobody buys.
func (db *DB) period() []any {
	const day = 24 * time.Hour
	until := db.now().UTC().Truncate(day).Add(day)
	return []any{
		sql.Named("since", until.Add(-Weeks*7*day).Unix()),
		sql.Named("until", until.Unix()),
	}
}
