package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/larder-go/larder/cachepage"
)

var units = []struct {
	suffix string
	bytes  int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"", 1}}

// maxBody reads a size such as 512KiB; a bare number means bytes.
func maxBody(text string) (cachepage.Option, error) {
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(number, 10, 64)
		if err != nil || n > math.MaxInt64/u.bytes {
			break
		}
		return cachepage.MaxBody(n * u.bytes), nil
	}
	return nil, fmt.Errorf("want a size such as 512KiB, 16MiB or 1GiB")
}
