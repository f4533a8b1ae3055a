// Package spc holds statistical process control charts: the XmR chart of NHS England's
// Making Data Count with its icons, run charts with the Anhøj rules, and the Shewhart
// charts that qicharts2 draws (I, MR, I′, P, P′, U, U′, C, G, T).
//
// There is no single answer to "what does the NHS tool say": the tools differ in the
// factor of their limits, in screening, in the rules and in which rule wins. A Profile
// holds one tool's choices as data; NHSR022, the default, answers as NHSRplotthedots
// 0.2.2 does, PowerBI as the PowerBI-SPC visual, MDCExcel2023 as the Making Data Count
// team describes their Excel tool.
//
// Three ways in, one implementation:
//
//   - XmR and XmRPanel draw a chart (or one per facet) of dated values.
//   - Engine answers the same for many series without allocating.
//   - Control draws run charts and Shewhart charts of counts, rates and measurements.
//
// A missing value is NaN everywhere, and so is a line that cannot be drawn. Nothing
// here panics on data; data that cannot be charted is refused with a sentence.
//
// Sources: Making Data Count (NHS England) and its packages as published; Anhøj and
// Olesen, Run charts revisited, PLoS ONE 9(11) 2014; Laney, Improved control charts
// for attributes, Quality Engineering 14 (2002); Nelson, Control charts for individual
// measurements, J. Quality Technology 14 (1982); Montgomery, Introduction to
// Statistical Quality Control; Provost and Murray, The Health Care Data Guide.
package spc
