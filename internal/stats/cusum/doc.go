// Package cusum holds the charts that add up evidence over time, and so see a small
// lasting change sooner than a chart of single points: cumulative sums (tabular, for
// yes-or-no outcomes, risk-adjusted) and the exponentially weighted moving average,
// with their average run lengths, and the constants that give the tabular sum and the
// moving average a wanted one in control.
//
// Sources: Page (1954), Continuous inspection schemes; Steiner and others (2000),
// Monitoring surgical performance using risk-adjusted cumulative sum charts; Bottle
// and Aylin (2008), Intelligent information: a national system for monitoring clinical
// performance; Neuburger and others (2017), Comparison of control charts for monitoring
// clinical performance using binary data; Roberts (1959), Control chart tests based on
// geometric moving averages; Brook and Evans (1972), An approach to the probability
// distribution of cusum run length.
package cusum
