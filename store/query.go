package store

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Query reads the parameters of a store URL strictly, for the writers of
// backends: ask for each parameter that there is, then for [Query.Err], which
// tells the first mistake, be it a value out of range or a parameter that
// nobody asked for. A method whose parameter is absent or wrong returns the
// default it was given.
type Query struct {
	values url.Values
	known  []string
	err    error
}

// NewQuery returns the parameters of u.
func NewQuery(u *url.URL) *Query {
	values, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		err = errors.New(`query is not valid; parameters are separated by "&" and percent-encoded`)
	}
	return &Query{values: values, known: []string{"prefix"}, err: err}
}

// Text returns the parameter name as it is.
func (q *Query) Text(name, byDefault string) string {
	text, ok := q.take(name)
	if !ok {
		return byDefault
	}
	return text
}

// Choice returns the parameter name, which must be one of choices. The first of
// them is the default.
func (q *Query) Choice(name string, choices ...string) string {
	text, ok := q.take(name)
	if !ok {
		return choices[0]
	}
	if !slices.Contains(choices, text) {
		q.fail(name, text, "one of "+strings.Join(choices, ", "))
		return choices[0]
	}
	return text
}

// Int returns the parameter name, a decimal integer from low to high.
func (q *Query) Int(name string, byDefault, low, high int) int {
	text, ok := q.take(name)
	if !ok {
		return byDefault
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		q.fail(name, text, fmt.Sprintf("an integer from %d to %d", low, high))
		return byDefault
	}
	return n
}

// Duration returns the parameter name, a positive duration as
// [time.ParseDuration] reads it, such as 250ms.
func (q *Query) Duration(name string, byDefault time.Duration) time.Duration {
	text, ok := q.take(name)
	if !ok {
		return byDefault
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		q.fail(name, text, "a positive duration such as 250ms")
		return byDefault
	}
	return d
}

// Size returns the parameter name, a positive number of bytes: an integer with
// an optional unit, B, kB, MB, GB, TB for powers of 1000 or KiB, MiB, GiB, TiB
// for powers of 1024, in any case.
func (q *Query) Size(name string, byDefault int64) int64 {
	text, ok := q.take(name)
	if !ok {
		return byDefault
	}
	n, ok := parseSize(text)
	if !ok {
		q.fail(name, text, "a positive size such as 256MiB")
		return byDefault
	}
	return n
}

// Err returns the first mistake, or nil.
func (q *Query) Err() error {
	if q.err != nil {
		return q.err
	}
	slices.Sort(q.known)
	for _, name := range slices.Sorted(maps.Keys(q.values)) {
		if !slices.Contains(q.known, name) {
			return fmt.Errorf("unknown parameter %q; known are %s", name, strings.Join(q.known, ", "))
		}
	}
	return nil
}

// take returns the value of a parameter that may be given once.
func (q *Query) take(name string) (text string, ok bool) {
	q.known = append(q.known, name)
	given := q.values[name]
	if len(given) > 1 && q.err == nil {
		q.err = fmt.Errorf("parameter %s is given %d times", name, len(given))
	}
	if len(given) == 0 {
		return "", false
	}
	return given[0], true
}

func (q *Query) fail(name, text, want string) {
	if q.err == nil {
		q.err = fmt.Errorf("parameter %s=%q: want %s", name, text, want)
	}
}

var sizeUnits = map[string]int64{
	"": 1, "b": 1,
	"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
	"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
}

func parseSize(text string) (n int64, ok bool) {
	digits := strings.TrimRight(text, "abegikmtABEGIKMT")
	unit, ok := sizeUnits[strings.ToLower(text[len(digits):])]
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64/unit {
		return 0, false
	}
	return n * unit, true
}
