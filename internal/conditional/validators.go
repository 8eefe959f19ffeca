package conditional

import (
	"net/http"
	"time"

	"github.com/larder-go/larder/internal/field"
)

// Validators are what tells a stored representation from another one (RFC 9110
// §8.8): the lines of three fields of its header. They are parsed only where a
// request asks.
type Validators struct {
	ETag, LastModified, Date []string

	// Made stands in for a Date that is not there (RFC 9111 §4.3.2), in whole
	// seconds. The zero time: it is not known.
	Made time.Time
}

// ValidatorsOf reads the validators off a header, whose names are canonical.
func ValidatorsOf(h http.Header) Validators {
	return Validators{ETag: h["Etag"], LastModified: h["Last-Modified"], Date: h["Date"]}
}

// modified is the modification date, or else the date of the response
// (RFC 9111 §4.3.2).
func (v *Validators) modified() (time.Time, bool) {
	if t, ok := v.date(v.LastModified); ok {
		return t, true
	}
	return v.generated()
}

// generated is when the response was generated.
func (v *Validators) generated() (time.Time, bool) {
	if v.Date == nil {
		return v.Made, !v.Made.IsZero()
	}
	return v.date(v.Date)
}

// date reads a field that holds a single date.
func (v *Validators) date(lines []string) (time.Time, bool) {
	if len(lines) != 1 {
		return time.Time{}, false
	}
	return field.ParseDate(field.TrimSpace(lines[0]), v.century())
}

// century tells the century of a two-digit year: that of the response, or else
// of 2000.
func (v *Validators) century() time.Time {
	near := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	if !v.Made.IsZero() {
		near = v.Made
	}
	if len(v.Date) == 1 {
		if t, ok := field.ParseDate(v.Date[0], near); ok {
			near = t
		}
	}
	return near
}

// strongDate reports whether Last-Modified is a strong validator: the response
// was generated a second or more after it (RFC 9110 §8.8.2.2).
func (v *Validators) strongDate() bool {
	changed, _ := v.date(v.LastModified)
	generated, known := v.generated()
	return known && generated.After(changed)
}
