package web

import (
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"github.com/larder-go/larder/bench/kit"
)

// report is what wrk found out. Latencies are those of a loop that keeps the
// server busy all the time: they follow the rate.
type report struct {
	Rate     float64       // requests in a second
	P50, P99 time.Duration // latencies
	CPU      time.Duration // of the server for each request
}

const connections = 50

// wrk asks for one page over and over.
func wrk(addr string, seconds int) (report, error) {
	out, err := exec.Command("taskset", "-c", strconv.Itoa(clientCore-1),
		"wrk", "-t1", fmt.Sprintf("-c%d", connections), fmt.Sprintf("-d%ds", seconds), "--latency", "http://"+addr+kit.URI(1)).Output()
	if err != nil {
		return report{}, fmt.Errorf("web: wrk: %w", err)
	}
	return parseWrk(string(out))
}

var (
	rateLine = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	p50Line  = regexp.MustCompile(`(?m)^\s+50%\s+(\S+)$`)
	p99Line  = regexp.MustCompile(`(?m)^\s+99%\s+(\S+)$`)
	badLine  = regexp.MustCompile(`Non-2xx.*|Socket errors.*`)
)

// parseWrk reads wrk's report. Answers that are no success make it an error,
// since a server may fail faster than it serves. Errors of sockets count when
// the server cannot keep connections open, which shows in its rate.
func parseWrk(text string) (r report, err error) {
	if bad := badLine.FindString(text); bad != "" && bad[0] == 'N' {
		return r, fmt.Errorf("web: wrk: %s", bad)
	}
	value := func(line *regexp.Regexp) string {
		if m := line.FindStringSubmatch(text); m != nil {
			return m[1]
		}
		return ""
	}
	if r.Rate, err = strconv.ParseFloat(value(rateLine), 64); err != nil {
		return r, fmt.Errorf("web: wrk says no rate: %q", text)
	}
	if r.P50, err = time.ParseDuration(value(p50Line)); err != nil {
		return r, fmt.Errorf("web: wrk says no latency: %w", err)
	}
	if r.P99, err = time.ParseDuration(value(p99Line)); err != nil {
		return r, fmt.Errorf("web: wrk says no latency: %w", err)
	}
	return r, nil
}

// fill asks for the page until it is kept, and checks that it is the page.
func fill(addr string, size int) error {
	for range 5 {
		r, err := http.NewRequest(http.MethodGet, "http://"+addr+kit.URI(1), nil)
		if err != nil {
			return err
		}
		r.Close = true
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		n, err := io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if err != nil {
			return err
		}
		if answer.StatusCode != http.StatusOK || n != int64(size) {
			return fmt.Errorf("web: answer %s with %d bytes, want 200 with %d", answer.Status, n, size)
		}
	}
	return nil
}
