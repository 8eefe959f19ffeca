package report

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"time"

	"github.com/larder-go/larder/bench/reach"
)

// Take has run do the path's operation for some seconds and lists the functions
// that take three per cent and more of the processor time or the allocations.
// It needs the go command.
func Take(p reach.Path, what string, run func(n int) error) (Profile, error) {
	if p.Of == reach.Allocations {
		return allocations(p, what, run)
	}
	return processorTime(p, what, run)
}

func processorTime(p reach.Path, what string, run func(n int) error) (Profile, error) {
	return taken(p, what, func(dir string) ([]string, error) {
		file := filepath.Join(dir, "cpu")
		return []string{file}, recordTime(file, run)
	})
}

func recordTime(file string, run func(n int) error) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	for end := time.Now().Add(2 * time.Second); time.Now().Before(end); {
		if err := run(1000); err != nil {
			return err
		}
	}
	return nil
}

func allocations(p reach.Path, what string, run func(n int) error) (Profile, error) {
	return taken(p, what, func(dir string) ([]string, error) {
		before, after := filepath.Join(dir, "before"), filepath.Join(dir, "after")
		usual := runtime.MemProfileRate
		defer func() { runtime.MemProfileRate = usual }()
		runtime.MemProfileRate = 1
		err := errors.Join(recordAllocations(before), run(20_000), recordAllocations(after))
		return []string{"-sample_index=alloc_objects", "-base=" + before, after}, err
	})
}

func recordAllocations(file string) error {
	runtime.GC() // the profile lags behind by one collection
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	return errors.Join(pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
}

// HeldBy lists the functions that have made three per cent and more of what is
// in use in a heap profile. take writes it to the file it is given.
func HeldBy(p reach.Path, what string, take func(file string) error) (Profile, error) {
	return taken(p, what, func(dir string) ([]string, error) {
		file := filepath.Join(dir, "heap")
		return []string{"-sample_index=inuse_space", file}, take(file)
	})
}

// taken lists what a profile in a folder of its own says. record returns what
// go tool pprof is to be told of it.
func taken(p reach.Path, what string, record func(dir string) ([]string, error)) (Profile, error) {
	dir, err := os.MkdirTemp("", "larder-profile")
	if err != nil {
		return Profile{}, fmt.Errorf("report: %w", err)
	}
	defer os.RemoveAll(dir)
	args, err := record(dir)
	if err != nil {
		return Profile{}, fmt.Errorf("report: profile: %s: %w", p, err)
	}
	out, err := exec.Command("go", append([]string{"tool", "pprof", "-top", "-nodecount=5000", "-nodefraction=0"}, args...)...).Output()
	if err != nil {
		return Profile{}, fmt.Errorf("report: go tool pprof: %w", err)
	}
	return newProfile(p, what, string(out)), nil
}
