package servers

import (
	"fmt"
	"os/exec"
	"strings"
)

// pythons are where an interpreter may be: the one that a shell would take need
// not be the one that the system's packages are made for.
var pythons = []string{"python3", "/usr/bin/python3", "/usr/local/bin/python3"}

// Python finds an interpreter that has all of these modules. The error wraps
// ErrMissing if there is none.
func Python(modules ...string) (path string, err error) {
	for _, p := range pythons {
		if exec.Command(p, "-c", "import "+strings.Join(modules, ", ")).Run() == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("%w: Python with %s", ErrMissing, strings.Join(modules, ", "))
}
