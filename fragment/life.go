package fragment

import (
	"errors"
	"math"
	"reflect"
	"time"
)

// errTTL is for values that cannot be a TTL.
var errTTL = errors.New(`allowed are seconds (900), a duration ("15m"), nil for ever, and 0 for not at all`)

// lifetime reads the TTL of a block: a time.Duration, a number of seconds, a
// duration as text, or nil for ever. 0 and less mean that the block is not
// kept.
func lifetime(v any) (time.Duration, error) {
	switch v := v.(type) {
	case nil:
		return math.MaxInt64, nil
	case time.Duration:
		return v, nil
	case string:
		d, err := time.ParseDuration(v)
		if err != nil {
			return 0, errTTL
		}
		return d, nil
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return seconds(float64(r.Int()))
	case r.CanUint():
		return seconds(float64(r.Uint()))
	case r.CanFloat():
		return seconds(r.Float())
	case r.Kind() == reflect.String:
		return lifetime(r.String())
	}
	return 0, errTTL
}

func seconds(s float64) (time.Duration, error) {
	switch {
	case math.IsNaN(s):
		return 0, errTTL
	case s >= math.MaxInt64/1e9:
		return math.MaxInt64, nil
	case s <= math.MinInt64/1e9:
		return math.MinInt64, nil
	}
	return time.Duration(s * 1e9), nil
}
