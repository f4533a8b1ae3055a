package measure

import (
	"fmt"
	"math"
	"strconv"
)

// unitsPerPart is how many units share one stored part. Sixty-four keep a part
// of one period near two kilobytes: small enough that a page reads one
// practice's history in milliseconds, large enough that England is read at the
// speed of a file.
const unitsPerPart = 64

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
	s, at := r.s, r.at
	if at+2 >= len(s) || s[at] != '[' || s[at+1] != '"' {
		r.failed = true
		return
	}
	at += 2
	from := at
	for at < len(s) && s[at] != '"' {
		at++
	}
	if at == len(s) {
		r.failed = true
		return
	}
	e.unit = s[from:at]
	r.at = at + 1
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

// integer reads a comma and a whole number.
func (r *bodyReader) integer() int64 {
	s, at := r.s, r.at+1
	var n int64
	for ; at < len(s) && s[at]-'0' < 10; at++ {
		n = n*10 + int64(s[at]-'0')
	}
	if at == r.at+1 || s[r.at] != ',' {
		r.failed = true
		return 0
	}
	r.at = at
	return n
}

// number reads a comma and a number or null. Whole numbers of up to 15 digits, which is most of them, and
// decimals whose digits make such a number, are exact in floating point and need no general reader.
func (r *bodyReader) number() float64 {
	s, at := r.s, r.at+1
	var n int64
	from := at
	for ; at < len(s) && s[at]-'0' < 10; at++ {
		n = n*10 + int64(s[at]-'0')
	}
	digits, places := at-from, 0
	if at < len(s) && s[at] == '.' {
		for at++; at < len(s) && s[at]-'0' < 10; at++ {
			n = n*10 + int64(s[at]-'0')
			places++
		}
	}
	if digits > 0 && digits+places <= 15 && at < len(s) && (s[at] == ',' || s[at] == ']') {
		r.at = at
		return float64(n) / tens[places]
	}
	for at < len(s) && s[at] != ',' && s[at] != ']' {
		at++
	}
	r.at = at
	text := s[from:at]
	if text == "null" {
		return None
	}
	x, err := strconv.ParseFloat(text, 64)
	r.failed = r.failed || err != nil
	return x
}

// tens are the powers of ten up to 15 places; each is exact, so one division rounds correctly.
var tens = [16]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}
