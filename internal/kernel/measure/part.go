package measure

import (
	"fmt"
	"math"
	"strconv"
)

// UnitsPerPart is how many units share one stored part. Sixty-four keep a part
// of one period near two kilobytes: small enough that a page reads one
// practice's history in milliseconds, large enough that England is read at the
// speed of a file.
const UnitsPerPart = 64

// entry is one figure as it lies in a part's body.
type entry struct {
	unit          string
	status        Status
	source        int64 // number of the source place
	row           int
	num, den, val float64
}

// same says whether two entries state the same thing, wherever they come from.
func (e *entry) same(o *entry) bool {
	return e.status == o.status && sameNumber(e.num, o.num) && sameNumber(e.den, o.den) && sameNumber(e.val, o.val)
}

func sameNumber(a, b float64) bool { return a == b || IsNone(a) && IsNone(b) }

// appendBody writes entries, in the order given, as the JSON of a part.
func appendBody(b []byte, entries []entry) []byte {
	b = append(b, '[')
	for i := range entries {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendEntry(b, &entries[i])
	}
	return append(b, ']')
}

func appendEntry(b []byte, e *entry) []byte {
	b = append(b, '[', '"')
	b = append(b, e.unit...) // codes are letters and digits: Store refuses others
	b = append(b, '"', ',')
	b = strconv.AppendUint(b, uint64(e.status), 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, e.source, 10)
	b = append(b, ',')
	b = strconv.AppendInt(b, int64(e.row), 10)
	numbers := [...]float64{e.num, e.den, e.val}
	n := len(numbers)
	for n > 0 && IsNone(numbers[n-1]) {
		n--
	}
	for _, x := range numbers[:n] {
		b = appendNumber(append(b, ','), x)
	}
	return append(b, ']')
}

func appendNumber(b []byte, x float64) []byte {
	if IsNone(x) {
		return append(b, "null"...)
	}
	if x == math.Trunc(x) && math.Abs(x) < 1e15 {
		return strconv.AppendInt(b, int64(x), 10)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

// eachEntry visits the entries of a part's body. The entry is reused between visits.
func eachEntry(body string, visit func(*entry)) error {
	r := bodyReader{s: body}
	r.expect('[')
	var e entry
	for first := true; !r.failed && !r.next(']'); first = false {
		if !first {
			r.expect(',')
		}
		r.entry(&e)
		if !r.failed {
			visit(&e)
		}
	}
	if r.failed {
		return fmt.Errorf("figures are damaged near character %d of a stored part: restore the database from a backup, or import the files again into a new one", r.at)
	}
	return nil
}

// bodyReader reads exactly the JSON that appendBody writes; a general JSON
// decoder is twenty times slower, and this is the path of the national run.
type bodyReader struct {
	s      string
	at     int
	failed bool
}

func (r *bodyReader) expect(c byte) {
	if r.at < len(r.s) && r.s[r.at] == c {
		r.at++
		return
	}
	r.failed = true
}

func (r *bodyReader) next(c byte) bool {
	if r.at >= len(r.s) {
		r.failed = true
		return true
	}
	if r.s[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *bodyReader) entry(e *entry) {
	r.expect('[')
	r.expect('"')
	from := r.at
	for r.at < len(r.s) && r.s[r.at] != '"' {
		r.at++
	}
	e.unit = r.s[from:r.at]
	r.expect('"')
	e.status = Status(r.integer())
	e.source = r.integer()
	e.row = int(r.integer())
	e.num, e.den, e.val = None, None, None
	if r.more() {
		e.num = r.number()
	}
	if r.more() {
		e.den = r.number()
	}
	if r.more() {
		e.val = r.number()
	}
	r.expect(']')
}

func (r *bodyReader) more() bool {
	return r.at < len(r.s) && r.s[r.at] == ','
}

func (r *bodyReader) integer() int64 {
	r.expect(',')
	var n int64
	from := r.at
	for r.at < len(r.s) && r.s[r.at]-'0' < 10 {
		n = n*10 + int64(r.s[r.at]-'0')
		r.at++
	}
	if r.at == from {
		r.failed = true
	}
	return n
}

func (r *bodyReader) number() float64 {
	r.expect(',')
	from := r.at
	var n int64
	for r.at < len(r.s) && r.s[r.at]-'0' < 10 {
		n = n*10 + int64(r.s[r.at]-'0')
		r.at++
	}
	if r.at > from && r.at-from <= 15 && r.at < len(r.s) && (r.s[r.at] == ',' || r.s[r.at] == ']') {
		return float64(n)
	}
	for r.at < len(r.s) && r.s[r.at] != ',' && r.s[r.at] != ']' {
		r.at++
	}
	text := r.s[from:r.at]
	if text == "null" {
		return None
	}
	x, err := strconv.ParseFloat(text, 64)
	r.failed = r.failed || err != nil
	return x
}
