package reach_test

import (
	"os"
	"strings"
	"testing"

	"github.com/larder-go/larder/bench/reach"
	"github.com/larder-go/larder/bench/table"
)

func book(section, row, column string, value float64) *table.Book {
	return &table.Book{Sections: []table.Section{{ID: section, Columns: []string{column}, Rows: []table.Row{{Name: row, Cells: []float64{value}}}}}}
}

func TestJudge(t *testing.T) {
	hit, wire := reach.Aims()[0], reach.WireAims()[0]
	for _, tc := range []struct {
		aim   reach.Aim
		book  *table.Book
		value float64
		want  reach.Verdict
	}{
		{hit, book("hit/16KiB", "larder", "CPU ×", 1.4), 1.4, reach.Goal},
		{hit, book("hit/16KiB", "larder", "CPU ×", 1.501), 1.501, reach.Goal},
		{hit, book("hit/16KiB", "larder", "CPU ×", 1.6), 1.6, reach.Bar},
		{hit, book("hit/16KiB", "larder", "CPU ×", 2.3), 2.3, reach.Missed},
		{hit, book("hit/16KiB", "gin-cache", "CPU ×", 1), 0, reach.Unmeasured},
		{wire, book("wire/16KiB", "larder", "÷ bare", 1.01), 1.01, reach.Goal},
		{wire, book("wire/16KiB", "larder", "÷ bare", 0.96), 0.96, reach.Bar},
		{wire, book("wire/16KiB", "larder", "÷ bare", 0.90), 0.90, reach.Missed},
	} {
		value, v := tc.aim.Judge(tc.book)
		if value != tc.value || v != tc.want {
			t.Errorf("%s: %v %v, want %v %v", tc.aim.What, value, v, tc.value, tc.want)
		}
	}
}

func TestABarThatTheLimitMissesTooIsBeyondTheMachine(t *testing.T) {
	var core, pause reach.Aim
	for _, a := range reach.Aims() {
		switch a.What {
		case "one page, what a second core brings":
			core = a
		case "p99.9 of hits during collections ÷ idle":
			pause = a
		}
	}
	for _, tc := range []struct {
		aim           reach.Aim
		section, col  string
		limit, larder float64
		want          reach.Verdict
	}{
		{core, "second core", "speed-up", 1.3, 1.28, reach.Beyond},
		{core, "second core", "speed-up", 1.3, 1.2, reach.Missed}, // farther from the limit than noise is
		{core, "second core", "speed-up", 1.8, 1.6, reach.Missed},
		{core, "second core", "speed-up", 1.3, 1.75, reach.Bar},
		{pause, "pause", "÷", 4.6, 3.9, reach.Beyond},
		{pause, "pause", "÷", 4.6, 5.2, reach.Missed},
		{pause, "pause", "÷", 2.9, 3.1, reach.Missed},
	} {
		b := &table.Book{Sections: []table.Section{{ID: tc.section, Columns: []string{tc.col}, Rows: []table.Row{
			{Name: "limit-floor", Cells: []float64{tc.limit}}, {Name: "larder", Cells: []float64{tc.larder}}}}}}
		if value, v := tc.aim.Judge(b); value != tc.larder || v != tc.want {
			t.Errorf("%s with the limit at %v: %v %v, want %v %v", tc.aim.What, tc.limit, value, v, tc.larder, tc.want)
		}
	}
}

// A goal that is easier than its bar could never be missed alone.
func TestAGoalAsksForMoreThanItsBar(t *testing.T) {
	for _, a := range append(reach.Aims(), reach.WireAims()...) {
		if easier := a.Goal > a.Bar; easier != a.AtLeast && a.Goal != a.Bar {
			t.Errorf("%s: bar %v, goal %v, at least: %v", a.What, a.Bar, a.Goal, a.AtLeast)
		}
	}
}

func TestMarkdownHasARowForEachAim(t *testing.T) {
	var b strings.Builder
	if err := reach.Markdown(&b, reach.Aims(), &table.Book{}); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Count(b.String(), "not measured"), len(reach.Aims()); got != want {
		t.Errorf("%d rows for %d aims", got, want)
	}
}

func TestWhatMissesItsGoalIsExplained(t *testing.T) {
	for _, tc := range []struct {
		value float64
		want  string
	}{
		{1.4, ""},
		{1.6, "* **memory hit of 16 KiB ÷ limit-floor**: 1.60, goal 1.5. The floor leaves out "},
		{2.3, "* **memory hit of 16 KiB ÷ limit-floor**: 2.30, goal 1.5. The floor leaves out "},
	} {
		b, aims := book("hit/16KiB", "larder", "CPU ×", tc.value), reach.Aims()
		short := reach.Short(aims, b)
		var text strings.Builder
		if err := reach.Explain(&text, short, b); err != nil {
			t.Fatal(err)
		}
		got := strings.TrimSpace(text.String())
		if tc.want == "" && got != "" || !strings.HasPrefix(got, tc.want) {
			t.Errorf("%v: %q, want %q …", tc.value, got, tc.want)
		}
		if tc.want != "" && !strings.HasSuffix(got, " Profile: *processor time of larder in hit/16KiB*.") {
			t.Errorf("%v: %q does not end with its profile", tc.value, got)
		}
	}
}

// A missed goal must not stand there without a word.
func TestEveryAimSaysWhyOrShows(t *testing.T) {
	for _, a := range append(reach.Aims(), reach.WireAims()...) {
		if a.Why == "" && a.Shown == (reach.Path{}) {
			t.Errorf("%s: no reason and no profile", a.What)
		}
	}
}

func ExampleText() {
	reach.Text(os.Stdout, reach.Aims()[:1], book("hit/16KiB", "larder", "CPU ×", 1.4))
	// Output:
	//                                     reached  bar    goal   verdict
	// memory hit of 16 KiB ÷ limit-floor  1.40     ≤ 2.2  ≤ 1.5  goal
}
