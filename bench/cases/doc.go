// Package cases says what is measured: sections whose rows are run in turn, so
// that their ratios hold.
//
// The same sections serve go test -bench, which times one row after the other,
// and command bench, which runs the rows of a section in interleaved rounds
// and prints medians and ratios to the section's limit.
package cases
