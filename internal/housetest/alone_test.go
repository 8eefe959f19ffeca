package housetest

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

// elsewhere finds what only one machine, or one network, has: home folders,
// drives, and the registry that a lock file took its packages from.
var elsewhere = regexp.MustCompile(`(?:^|[\s"'=(:<,` + "`" + `])(?:file://)?/(?:home|root|Users|work)/[\w.-]+` +
	`|\b[A-Za-z]:\\\\?(?:Users|Windows)\b` +
	`|"resolved": "https?://\S*`)

func TestNoFileNamesAPlaceOnAMachine(t *testing.T) {
	for _, name := range files(t) {
		text := read(t, name)
		if bytes.IndexByte([]byte(text[:min(len(text), 8000)]), 0) >= 0 {
			continue // a picture
		}
		for i, line := range strings.Split(text, "\n") {
			if found := elsewhere.FindString(line); found != "" {
				t.Errorf("%s:%d names %q: the tree must mean the same on every machine (npm leaves registries out of lock files with omit-lockfile-registry-resolved)", name, i+1, strings.TrimSpace(found))
			}
		}
	}
}
