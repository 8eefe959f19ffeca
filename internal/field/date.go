package field

import (
	"net/http"
	"strings"
	"time"
)

// ParseDate reads an HTTP-date in any of its three forms (RFC 9110 §5.6.7)
// and nothing else: one space where one is due, two digits where two are due,
// GMT and no other zone. Names of days, months and the zone are compared
// without regard to case (RFC 9111 §4.2 asks that of recipients); the day of
// the week must be one but need not fit the date.
//
// The two-digit year of the obsolete RFC 850 form is read as the year with
// those digits that lies at most 50 years after now.
//
// net/http's ParseTime takes doubled spaces and one-digit hours, which would
// make an invalid Expires a valid one.
func ParseDate(s string, now time.Time) (t time.Time, ok bool) {
	for _, form := range [...]func(string, time.Time) (time.Time, bool){imfDate, rfc850Date, ascDate} {
		if t, ok := form(s, now); ok {
			return t, true
		}
	}
	return time.Time{}, false
}

// ParseExpires reads Expires (RFC 9111 §5.3). A field that is there but is no
// single valid date, such as the common "0", lies in the past: present is
// true and t is the zero time.
func ParseExpires(lines []string, now time.Time) (t time.Time, present bool) {
	if len(lines) == 0 {
		return time.Time{}, false
	}
	if len(lines) == 1 {
		t, _ = ParseDate(TrimSpace(lines[0]), now)
	}
	return t, true
}

// FormatDate writes t as an HTTP-date, in whole seconds.
func FormatDate(t time.Time) string { return t.UTC().Format(http.TimeFormat) }

var (
	shortDays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
	longDays  = []string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"}
	months    = []string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"}
)

// imfDate reads "Sun, 06 Nov 1994 08:49:37 GMT".
func imfDate(s string, _ time.Time) (time.Time, bool) {
	c := cursor{rest: s, ok: true}
	c.word(shortDays)
	c.text(", ")
	day := c.digits(2)
	c.text(" ")
	month := c.word(months)
	c.text(" ")
	year := c.digits(4)
	c.text(" ")
	clock := c.clock()
	c.text(" GMT")
	return c.date(year, month, day, clock)
}

// rfc850Date reads "Sunday, 06-Nov-94 08:49:37 GMT".
func rfc850Date(s string, now time.Time) (time.Time, bool) {
	c := cursor{rest: s, ok: true}
	c.word(longDays)
	c.text(", ")
	day := c.digits(2)
	c.text("-")
	month := c.word(months)
	c.text("-")
	year := century(c.digits(2), now)
	c.text(" ")
	clock := c.clock()
	c.text(" GMT")
	return c.date(year, month, day, clock)
}

// century completes a two-digit year: a date that would lie more than 50 years
// ahead is one of the past.
func century(yy int, now time.Time) int {
	latest := now.Year() + 50
	return latest - (latest-yy)%100
}

// ascDate reads "Sun Nov  6 08:49:37 1994".
func ascDate(s string, _ time.Time) (time.Time, bool) {
	c := cursor{rest: s, ok: true}
	c.word(shortDays)
	c.text(" ")
	month := c.word(months)
	c.text(" ")
	day := c.padded()
	c.text(" ")
	clock := c.clock()
	c.text(" ")
	return c.date(c.digits(4), month, day, clock)
}

// cursor reads a date from left to right. Once something is not as it must be,
// ok is false and stays so.
type cursor struct {
	rest string
	ok   bool
}

// take cuts n bytes off; fewer are a failure.
func (c *cursor) take(n int) string {
	if !c.ok || len(c.rest) < n {
		c.ok = false
		return ""
	}
	s := c.rest[:n]
	c.rest = c.rest[n:]
	return s
}

// text takes exactly s, in any case.
func (c *cursor) text(s string) {
	c.ok = strings.EqualFold(c.take(len(s)), s) && c.ok
}

// word takes one of words, in any case, and returns its index.
func (c *cursor) word(words []string) int {
	for i, w := range words {
		if c.ok && len(c.rest) >= len(w) && strings.EqualFold(c.rest[:len(w)], w) {
			c.rest = c.rest[len(w):]
			return i
		}
	}
	c.ok = false
	return 0
}

// digits takes a number of exactly n digits.
func (c *cursor) digits(n int) int {
	v := 0
	for _, b := range []byte(c.take(n)) {
		if b < '0' || b > '9' {
			c.ok = false
			return 0
		}
		v = v*10 + int(b-'0')
	}
	return v
}

// padded takes a day of the month of two places, the first one a space if it
// has one digit.
func (c *cursor) padded() int {
	if strings.HasPrefix(c.rest, " ") {
		c.take(1)
		return c.digits(1)
	}
	return c.digits(2)
}

// clock takes "08:49:37" and returns the time since midnight.
func (c *cursor) clock() time.Duration {
	hour := c.digits(2)
	c.text(":")
	minute := c.digits(2)
	c.text(":")
	second := c.digits(2)
	if hour > 23 || minute > 59 || second > 60 { // 60: a leap second
		c.ok = false
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
}

// date ends the reading: nothing may be left, and the day must exist.
func (c *cursor) date(year, month, day int, clock time.Duration) (time.Time, bool) {
	midnight := time.Date(year, time.Month(month+1), day, 0, 0, 0, 0, time.UTC)
	if !c.ok || c.rest != "" || midnight.Day() != day {
		return time.Time{}, false
	}
	return midnight.Add(clock), true
}
