package exact

import (
	"math"
	"math/bits"
)

const (
	// below is the number of binary places kept below the smallest float64 (2^-1074),
	// so that a division can still be rounded.
	below = 64
	// origin is the power of two of the lowest binary place.
	origin = -1074 - below
	digits = 70
	// carryAfter is how many numbers may be added before the digits must be carried:
	// each adds less than 2^32 to a digit of 63 bits.
	carryAfter = 1 << 29
)

// wide is a fixed point number as wide as the range of float64 and the length of any
// slice: digits of 32 bits, lowest first, each with room for carries and a sign.
type wide [digits]int64

// slow returns the float64 nearest to the exact sum of x divided by n.
func slow(x []float64, n uint64) float64 {
	if special, is := notFinite(x); is {
		return special
	}
	var w wide
	for i, v := range x {
		w.add(v)
		if i%carryAfter == carryAfter-1 {
			w.carry()
		}
	}
	w.carry()
	if w[digits-1] < 0 {
		for i := range w {
			w[i] = -w[i]
		}
		w.carry()
		return -w.over(n)
	}
	return w.over(n)
}

// notFinite answers a sum that holds a NaN or an infinity.
func notFinite(x []float64) (sum float64, is bool) {
	for _, v := range x {
		if !finite(v) {
			sum, is = sum+v, true
		}
	}
	return sum, is
}

func (w *wide) add(v float64) {
	fraction, exponent := math.Frexp(v)
	whole := int64(math.Ldexp(fraction, 53))
	place := exponent - 53 - origin
	if place < 0 {
		// Frexp scales subnormal numbers; their lowest bits are zero.
		whole >>= -place
		place = 0
	}
	sign := int64(1)
	if whole < 0 {
		sign, whole = -1, -whole
	}
	at, shift := place/32, place%32
	high, low := bits.Mul64(uint64(whole), 1<<shift)
	w[at] += sign * int64(low&0xffffffff)
	w[at+1] += sign * int64(low>>32)
	w[at+2] += sign * int64(high)
}

// carry brings every digit but the highest into 0 to 2^32-1; the highest keeps the sign.
func (w *wide) carry() {
	for i := range digits - 1 {
		w[i+1] += w[i] >> 32
		w[i] &= 0xffffffff
	}
}

// over divides a carried number that is not negative by n and rounds to nearest even.
func (w *wide) over(n uint64) float64 {
	var rest uint64
	for i := digits - 1; i >= 0; i-- {
		var q uint64
		q, rest = bits.Div64(rest>>32, rest<<32|uint64(w[i]), n)
		w[i] = int64(q)
	}
	top := w.top()
	if top < 0 {
		return 0
	}
	lowest := max(top-52, below)
	whole := w.window(lowest)
	if w.bit(lowest-1) && (whole&1 == 1 || rest != 0 || w.anyBelow(lowest-1)) {
		whole++
	}
	return math.Ldexp(float64(whole), lowest+origin)
}

// top is the place of the highest binary one, -1 for zero.
func (w *wide) top() int {
	for i := digits - 1; i >= 0; i-- {
		if w[i] != 0 {
			return i*32 + bits.Len64(uint64(w[i])) - 1
		}
	}
	return -1
}

// window is the number from the binary place lowest upwards; it has at most 53 bits.
func (w *wide) window(lowest int) uint64 {
	at, shift := lowest/32, lowest%32
	v := uint64(w[at]) >> shift
	for i, left := at+1, 32-shift; i < digits && left < 64; i, left = i+1, left+32 {
		v |= uint64(w[i]) << left
	}
	return v
}

func (w *wide) bit(place int) bool { return w[place/32]>>(place%32)&1 == 1 }

// anyBelow says whether a binary place lower than the given one is one.
func (w *wide) anyBelow(place int) bool {
	for i := range place / 32 {
		if w[i] != 0 {
			return true
		}
	}
	return w[place/32]&(1<<(place%32)-1) != 0
}
