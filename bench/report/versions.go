package report

import (
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/larder-go/larder/bench/servers"
)

// compared are the modules whose versions a reader wants to know.
var compared = []string{
	"github.com/bradfitz/gomemcache", "github.com/chenyahui/gin-cache", "github.com/gin-contrib/cache", "github.com/gin-gonic/gin",
	"github.com/go-chi/stampede", "github.com/go-redis/redis/v8", "github.com/gofiber/fiber/v3", "github.com/maypok86/otter/v2", "github.com/redis/go-redis/v9", "github.com/redis/rueidis",
}

// question asks a program for its version. name is what the answer is listed
// under.
type question struct {
	name    string
	command []string
}

func questions() []question {
	all := []question{
		{"larder at commit", []string{"git", "rev-parse", "--short", "HEAD"}},
		{"redis-server", []string{"redis-server", "--version"}},
		{"memcached", []string{"memcached", "-V"}},
		{"nginx", []string{"nginx", "-v"}},
		{"Varnish", []string{"varnishd", "-V"}},
		{"wrk", []string{"wrk", "-v"}},
	}
	if python, err := servers.Python("django", "gunicorn"); err == nil {
		all = append(all, question{"Python", []string{python, "--version"}},
			question{"Django", []string{python, "-m", "django", "--version"}}, question{"gunicorn", []string{python, "-m", "gunicorn", "--version"}})
	}
	return all
}

// Versions lists what the figures were taken on: machine, Go, modules,
// programs that are installed.
func Versions() []string {
	out := []string{machine(), runtime.Version() + " on " + runtime.GOOS + "/" + runtime.GOARCH}
	out = append(out, modules()...)
	for _, q := range questions() {
		if v := q.ask(); v != "" {
			out = append(out, q.name+" "+v)
		}
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

// version is what looks like one in what a program says of itself: numbers, or
// a commit.
var version = regexp.MustCompile(`\d+\.\d+(\.\d+)?|^[0-9a-f]{7,40}\n$`)

// ask gives "" for a program that is not installed.
func (q question) ask() string {
	out, _ := exec.Command(q.command[0], q.command[1:]...).CombinedOutput()
	return strings.TrimSpace(string(version.Find(out)))
}
