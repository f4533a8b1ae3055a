// Package measure is how modules offer figures to the monitor, and where the
// figures are kept.
//
// A measure is declared once (Measure): its name, what is counted, over what,
// how often. A figure is one measure for one unit (a practice, a PCN) over one
// period: a numerator, a denominator, or a value that the publisher computed,
// with a status that says whether it was reported at all. Nought is a figure;
// "not reported", "suppressed" and "missing" are not noughts.
//
// Every figure keeps where it came from: the file with its checksum, the place
// in the file (sheet or archive member), the row, the date as at which the
// publisher states it and the instant at which it was loaded. A later
// statement of the same figure supersedes the earlier one, which is kept.
//
// Figures are stored in parts of up to 64 units for one measure and
// one period, as JSON that both engines can read: the view "figure" gives SQL
// users one row per figure. ADR-0004 says why, with measurements.
package measure
