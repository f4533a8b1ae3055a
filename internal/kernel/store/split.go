package store

import "strings"

// Split returns the statements of a migration file, without the semicolons between them; what holds only comments is left out.
// A semicolon inside a string, a quoted name, a comment, a dollar-quoted body ($$ … $$, $tag$ … $tag$) or the body of a
// trigger, function or procedure (begin … end) does not end a statement. Block comments do not nest, as in SQLite.
func Split(text string) []string {
	var out []string
	s := splitter{text: text}
	for s.at < len(text) {
		begin := s.at
		s.statement()
		if s.words > 0 {
			out = append(out, strings.Trim(strings.TrimSuffix(text[begin:s.at], ";"), space))
		}
	}
	return out
}

// space is what separates words in both engines' SQL.
const space = " \t\r\n\f\v"

type splitter struct {
	text  string
	at    int
	words int    // how many tokens that are not comments this statement has
	first string // its first word
	body  bool   // it makes something that may have a body
	depth int    // how many begin or case are open in it
}

// statement moves past the next semicolon that ends a statement, or to the end of the text.
func (s *splitter) statement() {
	s.words, s.first, s.body, s.depth = 0, "", false, 0
	for s.at < len(s.text) {
		rest := s.text[s.at:]
		switch c := rest[0]; {
		case c == ';' && s.depth == 0:
			s.at++
			return
		case strings.HasPrefix(rest, "--"):
			s.skip(rest, "\n", 2)
		case strings.HasPrefix(rest, "/*"):
			s.skip(rest, "*/", 2)
		case strings.IndexByte(space, c) >= 0:
			s.at++
		case isWord(c):
			s.word(rest)
		default:
			s.words++
			s.symbol(rest)
		}
	}
}

// symbol moves past a quoted text or a single character. A doubled quote is two quoted texts in a row, which comes to the same.
func (s *splitter) symbol(rest string) {
	switch c := rest[0]; {
	case c == '\'' || c == '"' || c == '`':
		s.skip(rest, rest[:1], 1)
	case c == '$' && dollarTag(rest) != "":
		tag := dollarTag(rest)
		s.skip(rest, tag, len(tag))
	default:
		s.at++
	}
}

// skip moves past the next end after the first from bytes of rest.
func (s *splitter) skip(rest, end string, from int) {
	i := strings.Index(rest[from:], end)
	if i < 0 {
		s.at = len(s.text)
		return
	}
	s.at += from + i + len(end)
}

func (s *splitter) word(rest string) {
	n := 0
	for n < len(rest) && isWord(rest[n]) {
		n++
	}
	word := strings.ToLower(rest[:n])
	if n < len(rest) && rest[n] == '\'' && word == "e" {
		s.escaped(rest)
		return
	}
	s.at += n
	if s.words++; s.words == 1 {
		s.first = word
	}
	switch {
	case s.first != "create":
	case word == "trigger" || word == "function" || word == "procedure":
		s.body = true
	case s.body && word == "begin", s.depth > 0 && word == "case":
		s.depth++
	case s.depth > 0 && word == "end":
		s.depth--
	}
}

// escaped moves past PostgreSQL's e'…', in which a backslash takes the next character with it.
func (s *splitter) escaped(rest string) {
	s.words++
	for i := 2; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			i++
		case '\'':
			s.at += i + 1
			return
		}
	}
	s.at = len(s.text)
}

func isWord(c byte) bool {
	return c == '_' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// dollarTag returns the $tag$ at the beginning of rest, or "".
func dollarTag(rest string) string {
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '$':
			return rest[:i+1]
		case !isWord(c) || i == 1 && '0' <= c && c <= '9':
			return ""
		}
	}
	return ""
}
