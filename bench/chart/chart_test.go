package chart_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/larder-go/larder/bench/chart"
)

// texts reads an SVG file and returns what is written in it, and the elements.
func texts(t *testing.T, svg string) (all []string, elements map[string]int) {
	t.Helper()
	elements = map[string]int{}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all, elements
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			elements[x.Name.Local]++
		case xml.CharData:
			if s := strings.TrimSpace(string(x)); s != "" {
				all = append(all, s)
			}
		}
	}
}

func TestLinesNameEverything(t *testing.T) {
	var b strings.Builder
	err := chart.Lines{
		Title: "Cost & size", X: chart.Axis{Label: "size, KiB", Log: true}, Y: chart.Axis{Label: "ns"},
		Lines: []chart.Line{{Name: "a < b", Points: []chart.Point{{1, 10}, {10, 20}, {1000, 90}}}, {Name: "c", Points: []chart.Point{{1, 80}, {1000, 91}}, Limit: true}},
	}.SVG(&b)
	if err != nil {
		t.Fatal(err)
	}
	got, elements := texts(t, b.String())
	want := "Cost & size|Cost & size|0|20|40|60|80|100|1|10|100|1,000|size, KiB|ns|c|a < b"
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("texts\n%s, want\n%s", s, want)
	}
	if dashed := strings.Count(b.String(), "stroke-dasharray"); elements["polyline"] != 2 || elements["circle"] != 5 || dashed != 1 {
		t.Errorf("elements %v, %d dashed", elements, dashed)
	}
}

func TestTicksOfALogarithmicAxis(t *testing.T) {
	for _, tc := range []struct {
		low, high float64
		want      string
	}{
		{3, 90, "2|5|10|20|50|100"},
		{1, 1000, "1|10|100|1,000"},
		{0.05, 20000, "0.01|0.10|1|10|100|1,000|10,000|100,000"},
		{100, 100, "100|200|500|1,000"},
	} {
		var b strings.Builder
		err := chart.Lines{Title: "t", X: chart.Axis{Label: "x", Ticks: []chart.Tick{{1, "one"}}}, Y: chart.Axis{Label: "y", Log: true},
			Lines: []chart.Line{{Name: "l", Points: []chart.Point{{1, tc.low}, {2, tc.high}}}}}.SVG(&b)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := texts(t, b.String())
		if s := strings.Join(got[2:len(got)-4], "|"); s != tc.want {
			t.Errorf("%v to %v: %s, want %s", tc.low, tc.high, s, tc.want)
		}
		if strings.Contains(b.String(), "NaN") || strings.Contains(b.String(), "Inf") {
			t.Errorf("%v to %v: a place is no number", tc.low, tc.high)
		}
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	if err := (chart.Lines{}).SVG(io.Discard); !errors.Is(err, chart.ErrEmpty) {
		t.Errorf("no lines: %v", err)
	}
	if err := (chart.Bars{}).SVG(io.Discard); !errors.Is(err, chart.ErrEmpty) {
		t.Errorf("no bars: %v", err)
	}
	zero := chart.Lines{X: chart.Axis{Log: true}, Lines: []chart.Line{{Name: "l", Points: []chart.Point{{0, 1}}}}}
	if err := zero.SVG(io.Discard); err == nil || !strings.Contains(err.Error(), "l has the point (0, 1)") {
		t.Errorf("zero on a logarithmic axis: %v", err)
	}
}

// A name that begins left of the picture cannot be read.
func TestALongNameMakesRoomForItself(t *testing.T) {
	begin := func(name string) string {
		var b strings.Builder
		if err := (chart.Bars{Groups: []chart.Group{{"", []chart.Bar{{name, 1, false}}}}}).SVG(&b); err != nil {
			t.Fatal(err)
		}
		return regexp.MustCompile(`<rect x="([\d.]+)"`).FindStringSubmatch(b.String())[1]
	}
	if short, long := begin("larder"), begin("larder, whose handler says all"); short != "72.0" || long != "240.0" {
		t.Errorf("bars begin at %s and %s, want 72.0 and 240.0", short, long)
	}
}

func TestBarsWriteTheirValues(t *testing.T) {
	var b strings.Builder
	if err := (chart.Bars{Title: "Rate", Label: "req/s", Groups: []chart.Group{{"In memory", []chart.Bar{{"bare", 50000, false}, {"larder", 49000, true}}}}}).SVG(&b); err != nil {
		t.Fatal(err)
	}
	got, elements := texts(t, b.String())
	if s := strings.Join(got, "|"); !strings.HasSuffix(s, "In memory|bare|50,000|larder|49,000") || elements["rect"] != 3 {
		t.Errorf("%s, %v", s, elements)
	}
}

func ExampleLines_SVG() {
	f, err := os.Create(os.DevNull)
	if err != nil {
		return
	}
	defer f.Close()
	chart.Lines{
		Title: "A hit by the size of its page",
		X:     chart.Axis{Label: "body, KiB", Log: true},
		Y:     chart.Axis{Label: "nanoseconds", Log: true},
		Lines: []chart.Line{{Name: "larder", Points: []chart.Point{{X: 1, Y: 250}, {X: 256, Y: 250}}}},
	}.SVG(f)
	// Output:
}
