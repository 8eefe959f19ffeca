package cachepage

import "testing"

func TestTheFirstBufferIsAsLargeAsTheLastPage(t *testing.T) {
	for name, tc := range map[string]struct {
		announced, last, maxBody int64
		want                     int
	}{
		"the first page":                    {-1, 0, 1 << 20, 0},
		"a page as the last one":            {-1, 800, 1 << 20, 900},
		"a page that says its length":       {700, 800, 1 << 20, 700},
		"after a page near the limit":       {-1, 1000, 1050, 1050},
		"after a page too large for a pool": {-1, 5 << 20, 8 << 20, maxPooled},
		"an announced one too large for it": {5 << 20, 0, 8 << 20, maxPooled},
	} {
		h := &handler{}
		h.lastSize.Store(tc.last)
		rec := &recorder{x: &exchange{h: h, rt: &route{maxBody: tc.maxBody}}, length: tc.announced}
		if got := rec.expected(); got != tc.want {
			t.Errorf("%s: %d bytes, want %d", name, got, tc.want)
		}
	}
}
