// Package demo makes the demonstration: a fictional partnership of 33
// practices with five years of figures, so that a newcomer's first screen shows
// something that is true and concerns nobody.
//
// Everything is made from a fixed seed and is the same on every machine. The
// practices' codes (DM001 to DM033) are of a form that the NHS does not give
// out, and their places do not exist. The year from 1 May 2021 to 30 April 2022
// repeats the published totals of the partnership after which this platform is
// shaped: 249 compliments, 584 complaints and 672 learning events over about
// 308,000 patients; so do the ratings (all Good or Outstanding, three
// Outstanding) and the additional-role staff.
//
// A few practices truly change. Which, when and by how much stands in
// story.go as data, so that a test can ask whether the monitor finds them and
// nothing much besides.
//
// The package never adds to a database that holds published data: real
// practices and invented events must not meet.
package demo
