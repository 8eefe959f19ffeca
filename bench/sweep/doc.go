// Package sweep measures how the cost of a hit changes with one quantity: the
// size of the page, the number of pages kept, the number of processes; and how
// it is spread (percentiles). What it finds is drawn by package chart.
package sweep
