package cachepage

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// timing says in Server-Timing how the page came about.
func (x *exchange) timing(h http.Header, how string, age int64) {
	b := append(make([]byte, 0, 64), `cache;desc="`...)
	b = append(append(b, how...), `", age;dur=`...)
	b = strconv.AppendInt(b, age*1000, 10)
	x.addTiming(h, b)
}

func (x *exchange) timingOfRender(h http.Header, how string, took time.Duration) {
	b := append(make([]byte, 0, 64), `cache;desc="`...)
	b = append(append(b, how...), `", render;dur=`...)
	b = strconv.AppendFloat(b, float64(took.Microseconds())/1000, 'f', 2, 64)
	x.addTiming(h, b)
}

func (x *exchange) addTiming(h http.Header, b []byte) {
	b = append(append(append(b, `, store;desc="`...), x.pages.store...), '"')
	h["Server-Timing"] = append(slices.Clip(h["Server-Timing"]), string(b))
}
