// Package chart draws the plots of the performance document as SVG: lines over
// an axis that may be logarithmic, and bars.
//
// Each plot can be read by itself: it has a title, names its axes with units,
// and names each line where it ends. It brings its own background, since a
// page that shows it may be dark.
package chart
