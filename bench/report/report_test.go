package report_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/larder-go/larder/bench/chart"
	"github.com/larder-go/larder/bench/report"
	"github.com/larder-go/larder/bench/table"
)

func TestTheDocumentHoldsAimsTablesAndPlots(t *testing.T) {
	wire := table.Section{ID: "wire/16KiB", What: "Over TCP", Columns: []string{"req/s", "÷ bare"},
		Rows: []table.Row{{Name: "bare", Cells: []float64{50_000, 1}}, {Name: "larder", Cells: []float64{49_500, 0.99}}}}
	process := table.Section{ID: "hit/16KiB", What: "A hit", Columns: []string{"CPU ×"}, Rows: []table.Row{{Name: "larder", Cells: []float64{1.4}}}}
	docs := t.TempDir()
	err := report.Document{
		Process:  &table.Book{Sections: []table.Section{process}},
		Wire:     &table.Book{Sections: []table.Section{wire}},
		Plots:    []report.Plot{{File: "throughput.svg", Says: "What is served.", Draw: report.Rates(wire)}},
		Versions: []string{"go1.26", "nginx 1.22"},
		Taken:    time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
	}.Write(docs)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(docs, "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"on 22 November 2026;", "go1.26 · nginx 1.22", "| memory hit of 16 KiB ÷ limit-floor | 1.40 | ≤ 2.2 | ≤ 1.5 | goal |",
		"| 16 KiB over the wire ÷ bare handler with Content-Length | 0.99 |", "![throughput](performance/throughput.svg)", "| larder | 49,500 | 0.99 |",
	} {
		if !strings.Contains(string(text), want) {
			t.Errorf("performance.md lacks %q", want)
		}
	}
	if svg, err := os.ReadFile(filepath.Join(docs, "performance", "throughput.svg")); err != nil || !strings.Contains(string(svg), "49,500") {
		t.Errorf("throughput.svg: %v", err)
	}
}

func TestAPlotThatCannotBeDrawnIsNamed(t *testing.T) {
	err := report.Document{Process: &table.Book{}, Plots: []report.Plot{{File: "size.svg", Draw: chart.Lines{}}}}.Write(t.TempDir())
	if err == nil || err.Error() != "report: size.svg: chart: no points" {
		t.Errorf("got %v", err)
	}
}

func TestVersionsBeginWithTheMachine(t *testing.T) {
	v := report.Versions()
	if len(v) < 2 || !strings.Contains(v[0], "processor") || !strings.HasPrefix(v[1], "go1.") {
		t.Errorf("%q", v)
	}
}
