package catalog_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/larder-go/larder/examples/shop/catalog"
)

// A small catalogue is made in a moment, and has the same products each time.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "catalog")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	db, err := catalog.Open(ctx, filepath.Join(dir, "shop.db"), catalog.Options{
		Size: catalog.Size{Products: 20, OrderLines: 100},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()

	product, err := db.Product(ctx, 1)
	if err != nil {
		log.Fatal(err)
	}
	top, err := db.TopSellers(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(product.Name.EN, "/", product.Name.DE)
	fmt.Println(len(top), "top sellers")
	// Output:
	// Apricot Jam with Vanilla / Aprikosenkonfitüre mit Vanille
	// 10 top sellers
}
