package table_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/larder-go/larder/bench/table"
)

func sample() *table.Book {
	return &table.Book{Sections: []table.Section{{
		ID: "hit", What: "A hit", Columns: []string{"ns", "× limit"},
		Rows: []table.Row{{Name: "floor", Cells: []float64{165, 1}}, {Name: "slow", Cells: []float64{1650, 10}, Note: "void"}},
	}}}
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{
		0: "0", 1: "1", 0.123: "0.12", 9.994: "9.99", 9.999: "10.0", 12.345: "12.3", 99.96: "100",
		1234: "1,234", 1234567.8: "1,234,568", -1234: "-1,234", -123: "-123", math.NaN(): "",
	} {
		if got := table.Number(x); got != want {
			t.Errorf("Number(%v) = %q, want %q", x, got, want)
		}
	}
}

func TestACellThatDoesNotCountIsNotFound(t *testing.T) {
	for _, tc := range []struct {
		section, row, column string
		want                 float64
		ok                   bool
	}{
		{"hit", "floor", "ns", 165, true},
		{"hit", "slow", "ns", 0, false},
		{"hit", "floor", "B", 0, false},
		{"hit", "none", "ns", 0, false},
		{"none", "floor", "ns", 0, false},
	} {
		got, ok := sample().Cell(tc.section, tc.row, tc.column)
		if got != tc.want || ok != tc.ok {
			t.Errorf("Cell(%q, %q, %q) = %v, %v", tc.section, tc.row, tc.column, got, ok)
		}
	}
}

func TestMarkdown(t *testing.T) {
	var b strings.Builder
	if err := sample().Sections[0].Markdown(&b); err != nil {
		t.Fatal(err)
	}
	want := "A hit.\n\n| | ns | × limit |\n|---|--:|--:|\n| floor | 165 | 1 |\n| slow (void) | 1,650 | 10.0 |\n\n"
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

func TestABookSurvivesItsFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "book.json")
	if err := sample().WriteFile(name); err != nil {
		t.Fatal(err)
	}
	got, err := table.ReadFile(name)
	if diff := cmp.Diff(sample(), got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if err := os.WriteFile(name, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := table.ReadFile(name); err == nil {
		t.Error("half a file was read without an error")
	}
}

func ExampleSection_Text() {
	sample().Sections[0].Text(os.Stdout)
	// Output:
	//
	// hit
	// A hit
	//             ns  × limit
	//   floor    165        1
	//    slow  1,650     10.0  void
}
