// Package nhsuk is the NHS design system's components as Go values: fill a struct, call View. The HTML is held against the fixtures
// that nhsuk-frontend publishes (fixtures_test.go), so that the design system's finished style sheet and script fit it.
//
// Text is escaped words; Body, where a component has one, takes a templ component instead. ID, Class and Attributes, where a
// component has them, go to its outermost element. Fields that are left out take the design system's defaults.
//
// Source: nhsuk-frontend 10.6.1 (MIT), whose markup conventions these views follow; its files are not part of this repository.
package nhsuk
