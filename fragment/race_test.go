//go:build race

package fragment

// raceEnabled: pools drop things at random, so that allocations say nothing.
const raceEnabled = true
