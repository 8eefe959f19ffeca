package web

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/larder-go/larder/examples/shop/catalog"
)

func TestWordsExistInEveryLanguage(t *testing.T) {
	for key, text := range messages {
		if text.EN == "" || text.DE == "" {
			t.Errorf("%q lacks words: %+v", key, text)
		}
		if strings.Count(text.EN, "%s") != strings.Count(text.DE, "%s") || strings.Count(text.EN, "{}") != strings.Count(text.DE, "{}") {
			t.Errorf("%q has other gaps in one language: %+v", key, text)
		}
	}
	if _, err := english.say("socks"); err == nil {
		t.Error("unknown words are no error")
	}
}

func TestTemplatesUseWordsThatExist(t *testing.T) {
	said := regexp.MustCompile(`\.Say "([^"]+)"`)
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	for _, file := range files {
		source, err := fs.ReadFile(templateFiles, file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range said.FindAllStringSubmatch(string(source), -1) {
			if _, ok := messages[match[1]]; !ok {
				t.Errorf("%s says %q, which has no words", file, match[1])
			}
		}
	}
}

func TestLongNounsMayBeBroken(t *testing.T) {
	tests := []struct{ german, want string }{
		{"Zartbitterschokolade 70 %", "Zartbitter\u00adschokolade 70 %"},
		{"Kekse & Knabbergebäck", "Kekse & Knabber\u00adgebäck"},
		{"Schokoladen", "Schoko\u00adladen"},
		{"Weißer Tee", "Weißer Tee"},
	}
	for _, test := range tests {
		if got := german.name(catalog.Text{EN: "x", DE: test.german}); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	if got := english.name(catalog.Text{EN: "Coffee", DE: "x"}); got != "Coffee" {
		t.Errorf("%q, want Coffee", got)
	}
}

func TestFigures(t *testing.T) {
	tests := []struct{ got, want string }{
		{english.price(490), "€4.90"},
		{german.price(490), "4,90\u00a0€"},
		{english.price(123405), "€1,234.05"},
		{german.price(123405), "1.234,05\u00a0€"},
		{english.number(2936), "2,936"},
		{german.number(2936), "2.936"},
		{english.euros(2348850), "€23,488"},
		{german.euros(2348850), "23.488\u00a0€"},
	}
	for _, test := range tests {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

func TestCurvesAndBars(t *testing.T) {
	if got, want := line([]int{0, 5, 10}, 120, 32), "0.0,32.0 60.0,16.0 120.0,0.0"; got != want {
		t.Errorf("line %q, want %q", got, want)
	}
	if got, want := line([]int{0, 0}, 120, 32), "0.0,32.0 120.0,32.0"; got != want {
		t.Errorf("line of nothing %q, want %q", got, want)
	}
	got := bars([]int{0, 10}, 10, 40)
	if want := (bar{X: 1, Y: 39, Height: 1}); got[0] != want {
		t.Errorf("bar of nothing %+v, want %+v", got[0], want)
	}
	if want := (bar{X: 11, Y: 0, Height: 40}); got[1] != want {
		t.Errorf("highest bar %+v, want %+v", got[1], want)
	}
}

func TestMix(t *testing.T) {
	tests := []struct {
		colour         string
		towards, share float64
		want           string
	}{
		{"#ff8000", 0x00, 0.5, "#7f4000"},
		{"#000000", 0xff, 1, "#ffffff"},
		{"#123456", 0xff, 0, "#123456"},
		{"red", 0xff, 0.5, "red"},
	}
	for _, test := range tests {
		if got := mix(test.colour, test.towards, test.share); got != test.want {
			t.Errorf("%s: %s, want %s", test.colour, got, test.want)
		}
	}
}
