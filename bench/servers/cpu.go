package servers

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// tick is the unit in which Linux counts processor time for programs.
const tick = 10 * time.Millisecond

// CPU returns the processor time that the program and what it started have
// used so far, to ten milliseconds; 0 on systems without /proc. What others do
// on the machine hardly changes it, unlike a rate.
func (p *Process) CPU() (used time.Duration) {
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		if group, ticks, ok := parseStat(text); ok && group == p.cmd.Process.Pid {
			used += time.Duration(ticks) * tick
		}
	}
	return used
}

// parseStat reads the process group and the ticks of a process out of its file
// in /proc (proc_pid_stat(5)). The name in parentheses may hold anything.
func parseStat(text []byte) (group, ticks int, ok bool) {
	end := bytes.LastIndexByte(text, ')')
	fields := bytes.Fields(text[end+1:])
	if end < 0 || len(fields) < 13 {
		return 0, 0, false
	}
	group, err := strconv.Atoi(string(fields[2]))
	if err != nil {
		return 0, 0, false
	}
	for _, f := range fields[11:13] { // in the program, and in the system for it
		n, err := strconv.Atoi(string(f))
		if err != nil {
			return 0, 0, false
		}
		ticks += n
	}
	return group, ticks, true
}
