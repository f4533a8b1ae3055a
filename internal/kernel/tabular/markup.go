package tabular

import (
	"bufio"
	"bytes"
	"errors"
	"html"
	"io"
	"strconv"
	"strings"
)

// markup reads the tags of XML one after another, with the text before each,
// in a buffer that is used again. It knows elements, attributes, text, comments
// and CDATA, which is what worksheets hold; document types are refused.
type markup struct {
	src           *bufio.Reader
	text          []byte // before the tag, as it stands
	tag           []byte // between < and >
	opens, closes bool   // both for an empty element
	read          int64
}

func newMarkup(r io.Reader) *markup {
	return &markup{src: bufio.NewReaderSize(r, 64<<10)}
}

var errMarkup = errors.New("its markup is not well-formed")

// next reads up to and with the next tag. io.EOF comes only between tags.
func (m *markup) next() error {
	m.text = m.text[:0]
	for {
		end, err := m.until('<', &m.text)
		if err != nil {
			if err == io.EOF && len(bytes.TrimSpace(m.text)) > 0 {
				return io.ErrUnexpectedEOF
			}
			return err
		}
		m.text = m.text[:len(m.text)-end]
		m.tag = m.tag[:0]
		if err := m.readTag(); err != nil {
			return err
		}
		if m.tag[0] != '?' && m.tag[0] != '!' {
			break
		}
		if cdata, ok := bytes.CutPrefix(m.tag, []byte("![CDATA[")); ok {
			m.text = append(m.text, html.EscapeString(string(bytes.TrimSuffix(cdata, []byte("]]"))))...)
		}
	}
	m.closes = m.tag[0] == '/' || m.tag[len(m.tag)-1] == '/'
	m.opens = m.tag[0] != '/'
	return nil
}

// readTag reads the tag up to its end, which is not within quotation marks, a comment or CDATA.
func (m *markup) readTag() error {
	for {
		end, err := m.until('>', &m.tag)
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		if err != nil {
			return err
		}
		whole := m.tag[:len(m.tag)-end]
		if len(whole) == 0 || bytes.HasPrefix(whole, []byte("!DOCTYPE")) {
			return errMarkup
		}
		switch {
		case bytes.HasPrefix(whole, []byte("!--")) && (len(whole) < 5 || !bytes.HasSuffix(whole, []byte("--"))):
		case bytes.HasPrefix(whole, []byte("![CDATA[")) && !bytes.HasSuffix(whole, []byte("]]")):
		case whole[0] != '!' && bytes.Count(whole, []byte(`"`))%2 == 1:
		case whole[0] != '!' && bytes.IndexByte(whole, '<') >= 0 && bytes.IndexByte(whole, '"') < 0:
			return errMarkup
		default:
			m.tag = whole
			return nil
		}
		if len(m.tag) > 1<<20 {
			return errMarkup
		}
	}
}

// until appends to b what comes up to and with stop, and says that stop is its last byte.
func (m *markup) until(stop byte, b *[]byte) (int, error) {
	for {
		part, err := m.src.ReadSlice(stop)
		*b = append(*b, part...)
		m.read += int64(len(part))
		if err == bufio.ErrBufferFull && len(*b) < 16<<20 {
			continue
		}
		return 1, err
	}
}

// name is the element's name without its prefix.
func (m *markup) name() string {
	b := bytes.TrimPrefix(m.tag, []byte("/"))
	if i := bytes.IndexAny(b, " \t\r\n/"); i >= 0 {
		b = b[:i]
	}
	if i := bytes.IndexByte(b, ':'); i >= 0 {
		b = b[i+1:]
	}
	switch string(b) { // the names that are looked for, without making a string of each
	case "c":
		return "c"
	case "v":
		return "v"
	case "t":
		return "t"
	case "row":
		return "row"
	case "si":
		return "si"
	}
	return string(b)
}

// attribute gives the value of an attribute without prefix; nil when it is absent.
func (m *markup) attribute(name string) []byte {
	b := m.tag
	for {
		i := bytes.IndexByte(b, '=')
		if i < 0 {
			return nil
		}
		key := bytes.TrimSpace(b[:i])
		if j := bytes.LastIndexAny(key, " \t\r\n"); j >= 0 {
			key = key[j+1:]
		}
		rest := bytes.TrimLeft(b[i+1:], " \t\r\n")
		if len(rest) == 0 || rest[0] != '"' && rest[0] != '\'' {
			return nil
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return nil
		}
		if string(key) == name {
			return rest[1 : 1+end]
		}
		b = rest[end+2:]
	}
}

// plainText resolves entities, and the escapes _xHHHH_ with which workbooks
// write characters that XML cannot hold (ECMA-376 part 1, 22.9.2.19); a carriage
// return so written is dropped.
func plainText(s string) string {
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	if !strings.Contains(s, "_x") {
		return strings.ToValidUTF8(s, "�")
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || i+7 > len(s) {
			break
		}
		code, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil || s[i+6] != '_' {
			b.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		if code != '\r' {
			b.WriteRune(rune(code))
		}
		s = s[i+7:]
	}
	b.WriteString(s)
	return strings.ToValidUTF8(b.String(), "�")
}
