package web

import (
	"strings"
	"testing"
	"time"
)

const said = `Running 4s test @ http://127.0.0.1:18001/
  1 threads and 50 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     1.02ms  402.11us   9.21ms   83.70%
    Req/Sec    48.66k     2.92k   54.41k    75.00%
  Latency Distribution
     50%    0.94ms
     75%    1.15ms
     90%    1.42ms
     99%  980.00us
  193838 requests in 4.01s, 3.00GB read
Requests/sec:  48355.51
Transfer/sec:    766.84MB
`

func TestParseWrk(t *testing.T) {
	got, err := parseWrk(said)
	if want := (report{Rate: 48355.51, P50: 940 * time.Microsecond, P99: 980 * time.Microsecond}); err != nil || got != want {
		t.Errorf("got %v, %v", got, err)
	}
	for name, text := range map[string]string{
		"failed answers": strings.Replace(said, "Requests/sec", "  Non-2xx or 3xx responses: 7\nRequests/sec", 1),
		"no rate":        strings.Replace(said, "Requests/sec", "", 1),
		"no latency":     strings.Replace(said, "     99%", "", 1),
		"nothing":        "",
	} {
		if got, err := parseWrk(text); err == nil {
			t.Errorf("%s: %v without an error", name, got)
		}
	}
}

func TestRatiosAreTakenWithinARound(t *testing.T) {
	s := section(part{id: "wire/16KiB", size: 16 << 10, pages: 1}, map[string]results{
		bare:     {{Rate: 100, CPU: 20}, {Rate: 10, CPU: 20}, {Rate: 50, CPU: 20}},
		"larder": {{Rate: 90, CPU: 25}, {Rate: 9, CPU: 25}, {Rate: 200, CPU: 25}},
	}, []string{"Varnish"})
	if len(s.Rows) != 2 || s.Rows[0].Name != "larder" || s.Rows[0].Cells[1] != 0.9 || s.Rows[0].Cells[3] != 0.8 {
		t.Errorf("%+v; want larder first, with 0.9 and 0.8", s.Rows)
	}
	if !strings.HasSuffix(s.What, "not installed: Varnish") {
		t.Errorf("%q does not say what was left out", s.What)
	}
}

func FuzzParseWrk(f *testing.F) {
	f.Add(said)
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := parseWrk(text); err == nil && r.Rate < 0 {
			t.Errorf("%q: a rate of %v", text, r.Rate)
		}
	})
}
