package web

import (
	"fmt"

	"github.com/larder-go/larder/examples/shop/catalog"
)

// messages are the words of the pages by the key that templates use.
var messages = map[string]catalog.Text{
	"age":           {EN: "{} old", DE: "{} alt"},
	"answered in":   {EN: "answered in {}", DE: "beantwortet in {}"},
	"back home":     {EN: "Back to the shop", DE: "Zurück zum Laden"},
	"basket":        {EN: "Your basket", DE: "Ihr Korb"},
	"basket empty":  {EN: "Nothing in it yet. The shelves are full, though.", DE: "Noch nichts drin. Aber die Regale sind voll."},
	"buy":           {EN: "Buy", DE: "Kaufen"},
	"bypass":        {EN: "made for you alone", DE: "nur für Sie gemacht"},
	"categories":    {EN: "Categories", DE: "Kategorien"},
	"hello":         {EN: "Hello, %s", DE: "Hallo, %s"},
	"hit":           {EN: "hit", DE: "Treffer"},
	"home":          {EN: "Shop", DE: "Laden"},
	"imprint":       {EN: "An example shop of larder, the caching library for Go.", DE: "Ein Beispielladen von larder, der Cache-Bibliothek für Go."},
	"intro":         {EN: "Jams, teas, cheeses and spices from small makers, put up with care and ready for your shelf.", DE: "Konfitüren, Tees, Käse und Gewürze aus kleinen Betrieben, mit Sorgfalt gemacht und bereit für Ihr Regal."},
	"miss":          {EN: "miss", DE: "frisch gemacht"},
	"more":          {EN: "From the same shelf", DE: "Aus demselben Regal"},
	"not found":     {EN: "We do not have that.", DE: "Das haben wir nicht."},
	"pages":         {EN: "Pages", DE: "Seiten"},
	"rendered in":   {EN: "rendered in {}", DE: "erzeugt in {}"},
	"sales by week": {EN: "Units sold in each of the last 13 weeks", DE: "Verkaufte Stück in jeder der letzten 13 Wochen"},
	"sign in":       {EN: "Sign in", DE: "Anmelden"},
	"sign in lead":  {EN: "Any name will do. From then on the pages are yours alone and carry your name and your basket.", DE: "Jeder Name ist recht. Ab dann gehören die Seiten Ihnen allein und tragen Ihren Namen und Ihren Korb."},
	"sign out":      {EN: "Sign out", DE: "Abmelden"},
	"skip":          {EN: "Skip to the content", DE: "Zum Inhalt springen"},
	"slogan":        {EN: "Good things, kept well.", DE: "Gutes, gut aufgehoben."},
	"sold":          {EN: "sold", DE: "verkauft"},
	"sold lately":   {EN: "Sold in the last 13 weeks:", DE: "Verkauft in den letzten 13 Wochen:"},
	"thanks":        {EN: "Thank you! Yours is being wrapped, and it already counts.", DE: "Danke! Ihres wird gerade eingepackt und zählt schon mit."},
	"thanks link":   {EN: "See the TOP 10", DE: "Zu den TOP 10"},
	"this week":     {EN: "this week", DE: "diese Woche"},
	"top ten":       {EN: "The TOP 10", DE: "Die TOP 10"},
	"top ten lead":  {EN: "What left our shelves in the last 13 weeks, counted order by order.", DE: "Was in den letzten 13 Wochen unsere Regale verließ, Bestellung für Bestellung gezählt."},
	"total":         {EN: "Total", DE: "Summe"},
	"trouble":       {EN: "Something fell off the shelf. Please try again.", DE: "Da ist etwas aus dem Regal gefallen. Bitte noch einmal versuchen."},
	"unwanted name": {EN: "Please tell us a name of 1 to 40 letters.", DE: "Bitte nennen Sie einen Namen mit 1 bis 40 Zeichen."},
	"weeks ago":     {EN: "13 weeks ago", DE: "vor 13 Wochen"},
	"you are here":  {EN: "You are here", DE: "Sie sind hier"},
	"your name":     {EN: "Your name", DE: "Ihr Name"},
}

// say returns the words for a key, with args put in as fmt does.
func (l lang) say(key string, args ...any) (string, error) {
	text, ok := messages[key]
	if !ok {
		return "", fmt.Errorf("web: no words for %q", key)
	}
	if len(args) == 0 {
		return l.pick(text), nil
	}
	return fmt.Sprintf(l.pick(text), args...), nil
}
