// Package tabular opens a published tabular file, whatever its container, and
// gives its rows as text. It knows no domain word: what a column means is for
// the formats that read the rows.
//
// Read are comma-, tab- and semicolon-separated text (RFC 4180 and what people
// make of it: byte-order marks, UTF-8, UTF-16 and Windows-1252, LF, CR LF and
// CR, line breaks inside quotes, ragged rows), Excel workbooks (.xlsx, .xlsm),
// zip archives of these, and JSON (handed over whole). The container is told
// from the content, never from the file's name.
//
// A file that cannot be read is refused with a sentence that says what it is
// and what to do: empty, encrypted, damaged, a web page saved under another
// name. A row that cannot be read is a *RowError, and reading goes on.
package tabular
