// Package table holds what was measured, as numbers in named sections, rows and
// columns, and prints it: as text for a terminal, as Markdown for a document.
// It can be written to a file and read back, so that a report can be made from
// runs of another hour or machine, which it then names.
package table
