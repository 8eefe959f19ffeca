// Package report writes the performance document: what was to be reached and
// what was, every table, and plots as SVG files beside it.
//
// The figures come from command bench, command web and package sweep; the
// document names the machine and the versions they were taken on.
package report
