// Package measure times things against each other on a machine that does other
// work as well.
//
// What is to be compared is run in turn, a slice of time each, over several
// rounds, in another order each round: a disturbance then hits all of them, or
// one of them in one round only, and the median does not see it. Absolute
// figures still move by a third between hours. The ratio of two medians of one
// run moves by a few percent, so ratios are what to quote.
//
// Processor time is measured as well. What others do on the machine hardly
// changes it, so it is the better measure of work that never waits; the clock
// is that of waiting, and of what several goroutines do at once.
package measure
