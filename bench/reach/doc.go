// Package reach holds what larder is to reach, as ratios that one run finds,
// and judges a run by it.
//
// Each aim has a bar and a goal. The bar is ahead of every cache that was
// compared when the aims were set; the goal is close to what is possible at
// all, given by the limits of package limits.
package reach
