// Package dist holds the distribution functions that charts, funnels and
// confidence intervals rest on: normal, Poisson and binomial with tails that keep
// their relative accuracy, the quantiles of these and of chi-square, and the
// intervals built from them.
//
// Quantiles of the discrete distributions are the smallest value whose cumulative
// probability reaches p, with R's allowance of 64 rounding errors, so that a
// probability that should be equal to p counts as equal.
//
// Arguments outside a distribution's domain give NaN; nothing panics.
package dist
