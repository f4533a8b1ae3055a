// Package published reads the statistics and registers that NHS bodies publish
// about general practices, in the files in which they publish them, and offers
// what they say as figures, units and memberships (package measure).
//
// A publication is told by what is in the file, never by the file's name. Each
// format is one file, import_<source>.go, with the headers under which it has
// been published over the years, what its marks mean, and the measures that it
// gives. Files are read forgivingly: headers are found by meaning, a bad row is
// reported and the rest goes on. They are read honestly: what was suppressed or
// not reported never becomes a nought.
//
// Glossary: a practice is a prescribing cost centre of the role "GP practice"
// and is known by its ODS code (A81001); a PCN is a primary care network
// (U26345); a sub-ICB location (M2L0M; before July 2022 a CCG) belongs to an
// integrated care board (QOC), and this to a region (Y60).
//
// The content is published under the Open Government Licence v3.0, which asks
// for the acknowledgement in Licence. The package never guesses a link by
// name, and never joins figures of different publications.
package published

// Licence is the licence of what the formats read, with the acknowledgement that it asks for.
const Licence = "Contains public sector information licensed under the Open Government Licence v3.0"
