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

// wrk asks for one page over and over, or for those that a script names.
func wrk(addr, script string, seconds int) (report, error) {
	args := []string{"-c", strconv.Itoa(clientCore - 1), "wrk", "-t1", fmt.Sprintf("-c%d", connections), fmt.Sprintf("-d%ds", seconds), "--latency"}
	if script != "" {
		args = append(args, "-s", script)
	}
	out, err := exec.Command("taskset", append(args, "http://"+addr+kit.URI(0))...).Output()
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

// fill asks for the pages until they are kept, and checks that they are the
// pages.
func fill(addr string, pages, size int) error {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for range 3 {
		for i := range pages {
			if err := visit(client, "http://"+addr+kit.URI(i), size); err != nil {
				return err
			}
		}
	}
	return nil
}

func visit(client *http.Client, url string, size int) error {
	answer, err := client.Get(url)
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
	return nil
}
