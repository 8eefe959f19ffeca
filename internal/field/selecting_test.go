package field

import (
	"strings"
	"testing"
)

func TestNormalizeSelecting(t *testing.T) {
	long := strings.TrimSuffix(strings.Repeat("aa,", 30), ",")
	for _, c := range []struct {
		rule, name string
		values     []string
		want       string
		present    bool
	}{
		{"absent", "Foo", nil, "", false},
		{"empty is present", "Foo", []string{""}, "", true},
		{"a field that nobody knows is one text", "Foo", []string{" 1,, 2 "}, " 1,, 2 ", true},
		{"its lines are not combined", "Foo", []string{"1", "2"}, "1\n2", true},
		{"white space in a list", "Accept", []string{" a/b, c/d "}, "a/b,c/d", true},
		{"lines of a list are not combined", "Accept-Language", []string{"fr;q=0.1", "en"}, "fr;q=0.1\nen", true},
		{"order counts", "Accept", []string{"b/*, a/*"}, "b/*,a/*", true},
		{"case counts", "Accept", []string{"A/a"}, "A/a", true},
		{"quoted text is left alone", "Accept", []string{`a/a;b="c , d"`}, `a/a;b="c , d"`, true},
		{"one text", "User-Agent", []string{"a , b"}, "a , b", true},
		{"cookie is one text", "Cookie", []string{"a=1, b=2", "c"}, "a=1, b=2\nc", true},
		{"coding case", "Accept-Encoding", []string{"GZip,  BR"}, "gzip,br", true},
		{"language case", "Accept-Language", []string{"eN, De"}, "en,de", true},
		{"language space", "Accept-Language", []string{" en ,   de"}, "en,de", true},
		{"language by weight", "Accept-Language", []string{"de;q=0.5, en"}, "en,de;q=0.5", true},
		{"language of equal weight keeps order", "Accept-Language", []string{"fr, en, de"}, "fr,en,de", true},
		{"language weight in one form", "Accept-Language", []string{"a;q=1.000, b;q=0.50, c ; q=0.009, d;q=0"}, "a,b;q=0.5,c;q=0.009,d;q=0", true},
		{"malformed language list", "Accept-Language", []string{"DE;x=1, en"}, "de;x=1,en", true},
		{"languages in order of weight", "Accept-Language", []string{"en-US, en;q=0.8,*;q=0.1"}, "en-us,en;q=0.8,*;q=0.1", true},
		{"empty languages are dropped", "Accept-Language", []string{", en,,;q=0.5"}, "en,;q=0.5", true},
		{"no language", "Accept-Language", []string{" , "}, "", true},
		{"a quote separates nothing", "Accept-Language", []string{`en, "a,b";q=0.5`}, `en,"a,b";q=0.5`, true},
		{"very long language list", "Accept-Language", []string{long}, long, true},
	} {
		t.Run(c.rule, func(t *testing.T) {
			got, present := NormalizeSelecting(c.name, c.values)
			if got != c.want || present != c.present {
				t.Errorf("NormalizeSelecting(%s, %q) = %q, %v; want %q, %v", c.name, c.values, got, present, c.want, c.present)
			}
			if again, _ := NormalizeSelecting(c.name, []string{got}); present && again != got {
				t.Errorf("not stable: %q becomes %q", got, again)
			}
		})
	}
}

func TestNormalizeUnorderedSortsLanguagesOfEqualWeight(t *testing.T) {
	for _, values := range []string{"en, de", "de, en", "DE,En"} {
		if got, _ := NormalizeUnordered("Accept-Language", []string{values}); got != "de,en" {
			t.Errorf("%q: got %q, want de,en", values, got)
		}
	}
	got, _ := NormalizeUnordered("Accept-Language", []string{"de, en;q=0.5, den, fr;q=0.5, d"})
	if want := "d,de,den,en;q=0.5,fr;q=0.5"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, _ := NormalizeUnordered("Foo", []string{" 1,, 2 ", "3"}); got != "1,2,3" {
		t.Errorf("a field that nobody knows: got %q, want the members of a list", got)
	}
	if got, _ := AppendUnordered([]byte("x:"), "Accept-Language", []string{"b, a"}); string(got) != "x:a,b" {
		t.Errorf("AppendUnordered: got %q", got)
	}
}

func TestSelectingAllocatesNothing(t *testing.T) {
	normal := []string{"en-us,en;q=0.9"}
	mixed := []string{"en-US,en;q=0.9, de;q=0.95"}
	dst := make([]byte, 0, 256)
	if n := testing.AllocsPerRun(100, func() { NormalizeSelecting("Accept-Language", normal) }); n != 0 {
		t.Errorf("NormalizeSelecting of a normal line: %v allocations", n)
	}
	if n := testing.AllocsPerRun(100, func() { dst, _ = AppendSelecting(dst[:0], "Accept-Language", mixed) }); n != 0 {
		t.Errorf("AppendSelecting: %v allocations", n)
	}
}

func FuzzNormalizeSelecting(f *testing.F) {
	f.Add("Accept-Language", "de;q=0.5, EN ,fr")
	f.Add("Foo", `"a, b" , c`)
	f.Add("Accept-Language", ";q=1,0")
	f.Fuzz(func(t *testing.T, name, value string) {
		once, _ := NormalizeSelecting(name, []string{value})
		twice, _ := NormalizeSelecting(name, []string{once})
		if once != twice {
			t.Errorf("%s: %q becomes %q becomes %q", name, value, once, twice)
		}
		sorted := string(appendSorted(nil, []string{value}, false))
		if form, ok := appendInOrder(nil, value); ok && string(form) != sorted && strings.Count(value, ",") < 24 {
			t.Errorf("%q: %q in order, %q sorted", value, form, sorted)
		}
	})
}
