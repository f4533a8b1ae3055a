// Package change finds, in many short noisy series at once, the few that have truly changed: the detector behind early
// warning. It knows nothing of health; it reads no file and keeps no state.
//
// # The question
//
// Every month each practice has one more figure for each indicator. With 33 practices and 30 indicators that is 990
// series; a rule that is wrong once in twenty times cries wolf fifty times a month. The reader states a budget instead:
// at most one new false concern a month when nothing has changed. The package makes the most of that budget.
//
// # The method
//
// Detector.Scan is a self-starting generalised-likelihood-ratio scan. For each of a set of lengths k it compares the
// latest k points with all points before them, standardises the difference, and keeps the largest: a jump shows in a
// short window, a small lasting shift in a long one. No target, no training period and no guess of the size of the
// change is needed; what is unsure about the baseline is part of each comparison. (Siegmund and Venkatraman 1995 for the
// scan; Hawkins, Qiu and Kang 2003 and Hawkins and Zamba 2005 for unknown baselines.)
//
//   - Rates: signed root of the likelihood ratio of two Poisson counts given their sum, corrected to the mid-P of the
//     exact conditional test (Barndorff-Nielsen 1986); exact where the window or the baseline has no event.
//   - Proportions: the same for two binomial counts; Fisher's exact tail where a cell is empty.
//   - Measurements: difference of means over the baseline's standard deviation, as Student's t, brought to the normal
//     scale (Wallace 1959).
//
// Chance is rarely as small as the textbook's. The dispersion is estimated from each baseline and moderated by what the
// same indicator shows at other units (Laney 2002 for the need; Smyth 2004 for the moderation). Correlation between
// neighbouring months and wild single months are learnt from the group and allowed for. See LearnPrior.
//
// The chance P that a steady series shows so large a maximum is a formula, not a table: the windows' deviates form a
// Markov chain whose correlations follow from the exposures alone, and Worsley's (1982) bound on their union is sharp
// where it matters. Windows that could not reach the value whatever they held are left out (Tarone 1990), which is worth
// months for rare events. Tests hold the formula against numerical integration down to P = 1e-6 and against simulation.
//
// # From P to concerns
//
// Budget turns the P of all series into flags: a bound per series that spends the budget, lifted by the step-up rule of
// Benjamini and Hochberg (1995) when many series have truly changed. Watch makes one concern of a series that flickers.
// (Spiegelhalter and others 2012 for false discovery rates over many units in health regulation; Grigg and Spiegelhalter
// 2008 for the null distribution of such charts.)
//
// What all units do together is not news about any one of them: CommonMovement estimates it, ScanGroup takes out of each
// series what the others did and reports a shared step once.
//
// # The proof
//
// Simulate runs truly steady partnerships and truly changed series through this method and the rules in use today, all at
// the same budget. See docs/guide/methods/early-warning.md for its figures.
package change
