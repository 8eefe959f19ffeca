package catalog

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// Guest is the customer of an order by somebody who did not sign in.
const Guest = "guest"

// Buy places an order for one piece of a product, or returns [ErrNotFound].
// The order is on disk when Buy returns.
func (db *DB) Buy(ctx context.Context, product int64, customer string) error {
	bought, err := db.Product(ctx, product)
	if err != nil {
		return err
	}
	err = inTx(ctx, db.sql, func(tx *sql.Tx) error {
		order, err := tx.ExecContext(ctx, `INSERT INTO orders (placed_at, customer) VALUES (?, ?)`, db.now().Unix(), customer)
		if err != nil {
			return err
		}
		id, err := order.LastInsertId()
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO order_lines (order_id, product_id, quantity, cents) VALUES (?, ?, 1, ?)`,
			id, product, bought.Cents)
		return err
	})
	if err != nil {
		return fmt.Errorf("catalog: buy product %d: %w", product, err)
	}
	return nil
}

// catchUp moves the whole history by as many days as have passed since the
// last order. Without it a file from last winter would show a shop in which
// nobody buys any more.
func (db *DB) catchUp(ctx context.Context) error {
	var last sql.NullInt64
	err := db.sql.QueryRowContext(ctx, `SELECT max(placed_at) FROM orders`).Scan(&last)
	if err != nil {
		return fmt.Errorf("catalog: read the last order: %w", err)
	}
	day := int64(24 * time.Hour / time.Second)
	missed := (db.now().Unix() - last.Int64) / day
	if !last.Valid || missed < 1 {
		return nil
	}
	if _, err := db.sql.ExecContext(ctx, `UPDATE orders SET placed_at = placed_at + ?`, missed*day); err != nil {
		return fmt.Errorf("catalog: move the orders by %d days: %w", missed, err)
	}
	return nil
}
