package web

import (
	"fmt"
	"net/http"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/larder-go/larder/examples/shop/catalog"
	"github.com/larder-go/larder/vary"
)

// lang is a language that the shop speaks, as in the HTML attribute.
type lang string

const (
	english lang = "en"
	german  lang = "de"
)

var (
	spoken  = []lang{english, german} // the first one is for everybody else
	matcher = language.NewMatcher([]language.Tag{language.English, language.German})
)

// languageOf chooses the language of the response by Accept-Language, and
// says so to everybody who might keep it.
func languageOf(w http.ResponseWriter, r *http.Request) lang {
	vary.Patch(w.Header(), "Accept-Language")
	_, index := language.MatchStrings(matcher, r.Header.Get("Accept-Language"))
	chosen := spoken[index]
	w.Header().Set("Content-Language", string(chosen))
	return chosen
}

// pick returns the text in this language.
func (l lang) pick(t catalog.Text) string {
	if l == german {
		return t.DE
	}
	return t.EN
}

// compounds says where a long German noun may be broken, on screens too small
// for it and in browsers without a German dictionary.
var compounds = strings.NewReplacer(
	"cracker", "\u00adcracker", "essig", "\u00adessig", "gebäck", "\u00adgebäck", "gelee", "\u00adgelee",
	"honig", "\u00adhonig", "käse", "\u00adkäse", "konfitüre", "\u00adkonfitüre", "marmelade", "\u00admarmelade",
	"mischung", "\u00admischung", "röstung", "\u00adröstung", "Schokoladen", "Schoko\u00adladen",
	"schokolade", "\u00adschokolade", "tee", "\u00adtee", "waffeln", "\u00adwaffeln",
)

// name returns a name in this language, ready for narrow columns.
func (l lang) name(t catalog.Text) string {
	if l == german {
		return compounds.Replace(t.DE)
	}
	return t.EN
}

// number writes 2936 as 2,936 or 2.936.
func (l lang) number(n int) string {
	return message.NewPrinter(language.Make(string(l))).Sprintf("%d", n)
}

// price writes 490 cents as €4.90 or 4,90 €.
func (l lang) price(cents int) string {
	if l == german {
		return fmt.Sprintf("%s,%02d\u00a0€", l.number(cents/100), cents%100)
	}
	return fmt.Sprintf("€%s.%02d", l.number(cents/100), cents%100)
}

// euros writes a large amount without its cents.
func (l lang) euros(cents int) string {
	if l == german {
		return l.number(cents/100) + "\u00a0€"
	}
	return "€" + l.number(cents/100)
}
