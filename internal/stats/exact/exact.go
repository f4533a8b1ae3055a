// Package exact adds float64s without rounding on the way: Sum and Mean return the
// float64 nearest to the true result of the numbers given (ties to even).
//
// Why it matters: R adds in 80-bit long double and corrects the mean in a second
// pass. A plain float64 loop puts a value that lies on its mean on one side of it
// in about one realistic series of 130, and one series in a thousand gets another
// special cause. The correctly rounded mean gives the same answers as R does.
//
// How: the sum is carried with the error of every addition (Knuth's TwoSum), the
// result is proved to be the nearest by a bound on what is left, and where the
// proof fails (a near tie, overflow, underflow) the sum is formed again in a fixed
// point number as wide as the whole range of float64. Neither allocates.
//
// Sources: Knuth, The Art of Computer Programming, vol. 2, section 4.2.2; Ogita,
// Rump and Oishi, Accurate sum and dot product, SIAM J. Sci. Comput. 26 (2005).
//
// Not-a-number and infinity: any NaN, or infinities of both signs, give NaN;
// otherwise an infinity gives itself.
package exact

import "math"

// small is the magnitude below which the proof of a fast result could be spoilt by
// underflow; such results take the slow path.
const small = 0x1p-900

// Sum returns the float64 nearest to the exact sum of x; 0 for an empty x.
func Sum(x []float64) float64 {
	p := add(x)
	if p.exact() {
		return p.head
	}
	if !(math.Abs(p.head) >= small) || math.IsInf(p.head, 0) || !nearest(p.head, p.tail, p.lost) {
		return slow(x, 1)
	}
	return p.head
}

// Mean returns the float64 nearest to the exact sum of x divided by len(x); NaN for
// an empty x.
func Mean(x []float64) float64 {
	n := float64(len(x))
	if n == 0 {
		return math.NaN()
	}
	p := add(x)
	if p.exact() {
		return p.head / n
	}
	mean, proved := p.over(n)
	if !proved {
		return slow(x, uint64(len(x)))
	}
	return mean
}

// partial is a sum known as head + tail, give or take lost.
type partial struct{ head, tail, lost float64 }

// exact says that head is the sum: nothing was rounded. NaN and infinity are not exact.
func (p partial) exact() bool { return p.lost == 0 && finite(p.head) }

func add(x []float64) partial {
	var sum, errors, size float64
	for _, v := range x {
		t := sum + v
		b := t - sum
		e := (sum - (t - b)) + (v - b)
		sum = t
		errors += e
		size += math.Abs(e)
	}
	if size == 0 {
		return partial{head: sum}
	}
	head := sum + errors
	b := head - sum
	tail := (sum - (head - b)) + (errors - b)
	return partial{head, tail, float64(len(x)) * 0x1p-52 * size}
}

// over returns the sum divided by n, and whether it is proved to be the nearest float64
// to the true quotient.
func (p partial) over(n float64) (quotient float64, proved bool) {
	q := p.head / n
	if !(math.Abs(q) >= small && math.Abs(q) <= 1/small && math.Abs(p.head) >= small && math.Abs(p.head) <= 1/small) {
		return 0, false
	}
	rest := math.FMA(-q, n, p.head)
	c := (rest + p.tail) / n
	quotient = q + c
	tail := (q - quotient) + c
	lost := p.lost + float64(0x1p-50*(math.Abs(rest)+math.Abs(p.tail)))
	return quotient, nearest(quotient, tail, lost/n)
}

// nearest says whether head stays the nearest float64 to head + tail however the
// lost part falls. Twice the bound covers the rounding of this check itself.
func nearest(head, tail, lost float64) bool {
	return head+(tail+2*lost) == head && head+(tail-2*lost) == head
}

func finite(v float64) bool { return v-v == 0 }
