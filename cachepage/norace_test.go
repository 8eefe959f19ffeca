//go:build !race

package cachepage_test

const raceEnabled = false
