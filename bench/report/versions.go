package report

import (
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"
)

// compared are the modules whose versions a reader wants to know.
var compared = []string{
	"github.com/bradfitz/gomemcache", "github.com/chenyahui/gin-cache", "github.com/gin-contrib/cache", "github.com/gin-gonic/gin",
	"github.com/go-chi/stampede", "github.com/gofiber/fiber/v3", "github.com/maypok86/otter/v2", "github.com/redis/go-redis/v9", "github.com/redis/rueidis",
}

// programs are asked for their versions so.
var programs = [][]string{
	{"redis-server", "--version"}, {"memcached", "-V"}, {"nginx", "-v"}, {"varnishd", "-V"}, {"gunicorn", "--version"}, {"wrk", "-v"},
}

// Versions lists what the figures were taken on: machine, Go, modules,
// programs that are installed.
func Versions() []string {
	out := []string{machine(), runtime.Version() + " on " + runtime.GOOS + "/" + runtime.GOARCH}
	out = append(out, modules()...)
	for _, p := range programs {
		if v := program(p); v != "" {
			out = append(out, v)
		}
	}
	if v := django(); v != "" {
		out = append(out, v)
	}
	return out
}

func machine() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	name := "an unknown processor"
	if m := regexp.MustCompile(`(?m)^model name\s*:\s*(.*)$`).FindSubmatch(info); m != nil {
		name = string(m[1])
	}
	return strings.TrimSpace(name) + ", " + plural(runtime.NumCPU(), "processor")
}

func modules() (out []string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, m := range info.Deps {
		for _, name := range compared {
			if m.Path == name {
				out = append(out, strings.TrimPrefix(name, "github.com/")+" "+m.Version)
			}
		}
	}
	return out
}

// digits find a version in what a program says of itself.
var digits = regexp.MustCompile(`\d+\.\d+(\.\d+)?`)

// program is the name and version of a program, "" if it is not installed.
func program(command []string) string {
	out, _ := exec.Command(command[0], command[1:]...).CombinedOutput()
	v := digits.Find(out)
	if v == nil {
		return ""
	}
	return command[0] + " " + string(v)
}

func django() string {
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if v := program([]string{python, "-m", "django", "--version"}); v != "" {
			return "Django " + strings.TrimPrefix(v, python+" ")
		}
	}
	return ""
}
