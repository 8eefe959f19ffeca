package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// Sizes of a plot, in units of which its text is 13 high.
const (
	width, height       = 820, 460
	left, right         = 98, 210
	top, bottom         = 58, 60
	ink, faint, backing = "#1f2933", "#d9dee4", "#ffffff"
)

// palette tells lines apart for people who see colours differently as well
// (after Okabe and Ito).
var palette = []string{"#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#5b5b5b", "#8c6d31"}

func colour(i int) string { return palette[i%len(palette)] }

// drawing collects the elements of a picture.
type drawing struct{ strings.Builder }

func (d *drawing) line(x1, y1, x2, y2 float64, stroke string) {
	fmt.Fprintf(d, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s"/>`+"\n", x1, y1, x2, y2, stroke)
}

// text writes; style is what the element has besides its place.
func (d *drawing) text(x, y float64, style, text string) {
	fmt.Fprintf(d, `<text x="%.1f" y="%.1f" %s>`, x, y, style)
	xml.EscapeText(d, []byte(text))
	d.WriteString("</text>\n")
}

// writeTo writes the picture with its title as an SVG file. The title is also
// what a program says that reads pages aloud.
func (d *drawing) writeTo(w io.Writer, title string, height int) error {
	var head drawing
	fmt.Fprintf(&head, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img" font-family="system-ui, sans-serif" font-size="13" fill="%s">`+"\n<title>", width, height, ink)
	xml.EscapeText(&head, []byte(title))
	fmt.Fprintf(&head, "</title>\n"+`<rect width="%d" height="%d" fill="%s"/>`+"\n", width, height, backing)
	head.text(20, 30, `font-size="16" font-weight="600"`, title)
	_, err := io.WriteString(w, head.String()+d.String()+"</svg>\n")
	return err
}
