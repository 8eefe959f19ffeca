// Package measure times things against each other on a machine that does other
// work as well.
//
// What is to be compared is run in turn, a slice of time each, over several
// rounds, in another order each round: a disturbance then hits all of them, or
// one of them in one round only, and the median does not see it. Absolute
// figures still move by a third between hours. The ratio of two medians of one
// run moves by a few percent, so ratios are what to quote.
package measure
