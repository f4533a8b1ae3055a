// Package funnel compares units (practices, networks) at one moment: each unit's
// ratio, proportion or count ratio against what its size would let chance produce.
//
// Fit (through a Workspace) measures over-dispersion and gives z-scores and limits.
// Two profiles exist. House is this program's own: exact normal quantiles, limits
// transformed back onto the scale of the figure, units without a usable denominator
// left out. FunnelPlotR reproduces the R package of that name, version 0.6.0,
// including what its own issue list calls a fault (limits of the CQC method that are
// not squared back) and its rounded constants; it exists so that our arithmetic can
// be held against that package.
//
// The exact, normal and Wilson limits for a known target, and the significance bands
// that the Fingertips profiles publish, stand beside it as plain functions.
//
// Sources: Spiegelhalter (2005), Funnel plots for comparing institutional
// performance, Statistics in Medicine 24; Spiegelhalter and others (2012),
// Statistical methods for healthcare regulation, JRSS A 175; DerSimonian and Laird
// (1986), Meta-analysis in clinical trials; NHS Digital, SHMI methodology; Fingertips
// technical guidance (public health methods).
package funnel
