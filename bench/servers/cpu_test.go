package servers

import (
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	for _, tc := range []struct {
		text         string
		group, ticks int
		ok           bool
	}{
		{"7 (nginx) S 1 42 42 0 -1 4194560 0 0 0 0 30 12 0 0 20", 42, 42, true},
		{"7 (a ) (b) S 1 5 5 0 -1 4194560 0 0 0 0 1 2 0 0 20", 5, 3, true},
		{"7 (short) S 1 5", 0, 0, false},
		{"7 (x) S 1 y 5 0 -1 4194560 0 0 0 0 1 2 0", 0, 0, false},
		{"7 (x) S 1 5 5 0 -1 4194560 0 0 0 0 1 y 0", 0, 0, false},
		{"", 0, 0, false},
	} {
		group, ticks, ok := parseStat([]byte(tc.text))
		if group != tc.group || ticks != tc.ticks || ok != tc.ok {
			t.Errorf("%q: %d %d %v", tc.text, group, ticks, ok)
		}
	}
}

func TestCPUCountsWhatAProgramAndItsChildrenUse(t *testing.T) {
	p, err := Start(Command{Args: []string{"sh", "-c", "(while :; do :; done) & wait"}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	for deadline := time.Now().Add(10 * time.Second); p.CPU() < 50*time.Millisecond; {
		if time.Now().After(deadline) {
			t.Fatalf("after ten seconds %v", p.CPU())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte("7 (nginx) S 1 42 42 0 -1 4194560 0 0 0 0 30 12 0 0 20"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if group, ticks, ok := parseStat(text); !ok && (group != 0 || ticks != 0) {
			t.Errorf("%q: %d %d without ok", text, group, ticks)
		}
	})
}
