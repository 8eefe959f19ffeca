package catalog

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var smallSize = Size{Products: 60, OrderLines: 2000}

// contents reads everything that a catalogue holds, table by table.
func contents(t *testing.T, file string) []string {
	t.Helper()
	db := openFile(t, file)
	var all []string
	for _, table := range []string{"categories", "products", "orders", "order_lines"} {
		rows, err := db.sql.Query(`SELECT * FROM ` + table + ` ORDER BY id`)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, tableText(t, rows)...)
	}
	return all
}

func TestGenerateIsDeterministic(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one.db"), filepath.Join(dir, "two.db")
	for _, file := range []string{one, two} {
		if err := Generate(t.Context(), file, smallSize, nil); err != nil {
			t.Fatal(err)
		}
	}
	first, second := contents(t, one), contents(t, two)
	if want := len(shelves) + smallSize.Products + smallSize.OrderLines; len(first) <= want {
		t.Errorf("%d rows, want more than %d: orders are missing", len(first), want)
	}
	if !slices.Equal(first, second) {
		t.Error("two catalogues of the same size differ")
	}
}

func TestGenerateReportsProgressToTheEnd(t *testing.T) {
	var last [2]int
	err := Generate(t.Context(), filepath.Join(t.TempDir(), "shop.db"), smallSize, func(done, total int) {
		if done < last[0] {
			t.Errorf("progress went back from %d to %d", last[0], done)
		}
		last = [2]int{done, total}
	})
	if want := [2]int{smallSize.OrderLines, smallSize.OrderLines}; err != nil || last != want {
		t.Errorf("last progress %v, error %v, want %v", last, err, want)
	}
}

func TestInterruptedGenerationLeavesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	ctx, cancel := context.WithCancel(t.Context())
	size := Size{Products: 60, OrderLines: progressEvery + 1}
	err := Generate(ctx, filepath.Join(dir, "shop.db"), size, func(int, int) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestGenerateRefusesImpossibleSizes(t *testing.T) {
	for _, size := range []Size{{0, 10}, {-1, 10}, {productCount() + 1, 10}, {10, -1}} {
		err := Generate(t.Context(), filepath.Join(t.TempDir(), "shop.db"), size, nil)
		if err == nil || !strings.Contains(err.Error(), "1 to 2160 products") {
			t.Errorf("%+v: error %v, want one that says what is possible", size, err)
		}
	}
}

func TestOpenKeepsAnExistingFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	if err := Generate(t.Context(), file, smallSize, nil); err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), file, Options{Progress: func(int, int) { t.Error("made again") }})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
}

func TestOpenMakesOddFileNames(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a shop?", "50% off #1.db")
	db, err := Open(t.Context(), file, Options{Size: smallSize})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := os.Stat(file); err != nil {
		t.Error(err)
	}
}

func TestVocabularyIsComplete(t *testing.T) {
	if n := productCount(); n != FullSize.Products || n < 2000 {
		t.Errorf("%d products can be named, FullSize has %d, want the same and 2000 or more", n, FullSize.Products)
	}
	products := invent(newRandom(), FullSize.Products)
	for _, lang := range []func(Text) string{func(t Text) string { return t.EN }, func(t Text) string { return t.DE }} {
		seen := map[string]bool{}
		for _, p := range products {
			name, description := lang(p.Name), lang(p.Description)
			if seen[name] {
				t.Errorf("two products are called %q", name)
			}
			seen[name] = true
			if strings.ContainsAny(description, "{}") || strings.Contains(name, "  ") || !strings.HasSuffix(description, ".") {
				t.Errorf("odd wording: %q, %q", name, description)
			}
		}
	}
}
