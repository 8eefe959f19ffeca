package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Category is one shelf of the shop.
type Category struct {
	ID     int64
	Slug   string // its name in URLs
	Name   Text
	Blurb  Text
	Vessel string // what its goods come in: jar, tin, wheel …
}

// Product is something to buy.
type Product struct {
	ID          int64
	Category    Category
	Name        Text
	Description Text
	Maker       string
	Pack        string // weight or volume, with its unit
	Colour      string // of the contents, as #rrggbb
	Cents       int    // the price
}

const (
	categoryColumns = `c.id, c.slug, c.name_en, c.name_de, c.blurb_en, c.blurb_de, c.vessel`
	productColumns  = `p.id, p.name_en, p.name_de, p.description_en, p.description_de, p.maker, p.pack, p.colour, p.cents, ` + categoryColumns
	productTables   = `products p JOIN categories c ON c.id = p.category_id`
)

func (c *Category) columns() []any {
	return []any{&c.ID, &c.Slug, &c.Name.EN, &c.Name.DE, &c.Blurb.EN, &c.Blurb.DE, &c.Vessel}
}

func (p *Product) columns() []any {
	return append([]any{&p.ID, &p.Name.EN, &p.Name.DE, &p.Description.EN, &p.Description.DE,
		&p.Maker, &p.Pack, &p.Colour, &p.Cents}, p.Category.columns()...)
}

// products reads a list of products.
func (db *DB) products(ctx context.Context, query string, args ...any) ([]Product, error) {
	var all []Product
	err := db.each(ctx, func(rows *sql.Rows) error {
		var p Product
		err := rows.Scan(p.columns()...)
		all = append(all, p)
		return err
	}, query, args...)
	return all, err
}

// Categories returns all categories in the order of the shop.
func (db *DB) Categories(ctx context.Context) ([]Category, error) {
	var all []Category
	err := db.each(ctx, func(rows *sql.Rows) error {
		var c Category
		err := rows.Scan(c.columns()...)
		all = append(all, c)
		return err
	}, `SELECT `+categoryColumns+` FROM categories c ORDER BY c.id`)
	if err != nil {
		return nil, fmt.Errorf("catalog: categories: %w", err)
	}
	return all, nil
}

// Category returns the category with the given slug, or [ErrNotFound].
func (db *DB) Category(ctx context.Context, slug string) (Category, error) {
	var c Category
	err := db.sql.QueryRowContext(ctx, `SELECT `+categoryColumns+` FROM categories c WHERE c.slug = ?`, slug).Scan(c.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return c, ErrNotFound
	}
	if err != nil {
		return c, fmt.Errorf("catalog: category %q: %w", slug, err)
	}
	return c, nil
}

// Products returns a stretch of a category's products, oldest first: at most
// limit of them after the first offset, and how many there are in all.
func (db *DB) Products(ctx context.Context, category int64, limit, offset int) (products []Product, total int, err error) {
	err = db.sql.QueryRowContext(ctx, `SELECT count(*) FROM products WHERE category_id = ?`, category).Scan(&total)
	if err == nil {
		products, err = db.products(ctx,
			`SELECT `+productColumns+` FROM `+productTables+` WHERE p.category_id = ? ORDER BY p.id LIMIT ? OFFSET ?`,
			category, limit, offset)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("catalog: products of category %d: %w", category, err)
	}
	return products, total, nil
}

// Product returns one product, or [ErrNotFound].
func (db *DB) Product(ctx context.Context, id int64) (Product, error) {
	var p Product
	err := db.sql.QueryRowContext(ctx, `SELECT `+productColumns+` FROM `+productTables+` WHERE p.id = ?`, id).Scan(p.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("catalog: product %d: %w", id, err)
	}
	return p, nil
}

// Neighbours returns at most limit other products of the same category: those
// that come after it, and from the beginning again.
func (db *DB) Neighbours(ctx context.Context, p Product, limit int) ([]Product, error) {
	others, err := db.products(ctx,
		`SELECT `+productColumns+` FROM `+productTables+` WHERE p.category_id = ? AND p.id <> ? ORDER BY p.id < ?, p.id LIMIT ?`,
		p.Category.ID, p.ID, p.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("catalog: neighbours of product %d: %w", p.ID, err)
	}
	return others, nil
}
