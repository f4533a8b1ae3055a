package funnel

import "math"

// present copies the z-scores that are numbers to scratch.
func (w *Workspace) present() []float64 {
	n := 0
	for _, z := range w.z {
		if !math.IsNaN(z) {
			w.scratch[n] = z
			n++
		}
	}
	return w.scratch[:n]
}

// winsorise pulls the scores beyond the trim and 1-trim quantiles (Hyndman and Fan's
// type 7) in to them, and marks those at or beyond.
func (w *Workspace) winsorise(trim float64) {
	zs := w.present()
	low, high := quantile(zs, trim), quantile(zs, 1-trim)
	for i, z := range w.z {
		w.trimmed[i] = !math.IsNaN(z) && !(z > low && z < high)
		switch {
		case z < low:
			z = low
		case z > high:
			z = high
		}
		w.used[i] = z
	}
}

// quantile is Hyndman and Fan's type 7; it reorders zs. NaN if zs is empty.
func quantile(zs []float64, p float64) float64 {
	if len(zs) == 0 {
		return math.NaN()
	}
	at := float64(len(zs)-1) * p
	floor := math.Floor(at)
	q := nth(zs, int(floor))
	if at == floor {
		return q
	}
	// nth leaves everything after its place at least as large.
	next := math.Inf(1)
	for _, z := range zs[int(floor)+1:] {
		next = math.Min(next, z)
	}
	if next == q {
		return q
	}
	h := at - floor
	return (1-h)*q + h*next
}

// truncate drops (NaN) the units in the first and last of 1/trim rank groups, as the
// SHMI does. Equal scores share their mean rank; units without a score rank last, in
// order. The rule is monotone in rank, so that two boundary values decide it.
func (w *Workspace) truncate(trim float64) {
	groups, last := 1/trim, float64(len(w.z)+1)
	keeps := func(rank float64) bool {
		group := math.Floor(rank * groups / last)
		return group > 0 && group < groups-1
	}
	zs := w.present()
	low, high := boundaries(zs, keeps)
	rank := len(zs)
	for i, z := range w.z {
		keep := z >= low && z <= high
		if math.IsNaN(z) {
			rank++
			keep = keeps(float64(rank))
		}
		w.trimmed[i] = !keep
		w.used[i] = z
		if !keep {
			w.used[i] = math.NaN()
		}
	}
}

// boundaries are the smallest and largest of zs whose rank is kept; an empty range if none is.
func boundaries(zs []float64, keeps func(rank float64) bool) (low, high float64) {
	n := len(zs)
	first, last := 1, n
	for first <= n && !keeps(float64(first)) {
		first++
	}
	for last >= 1 && !keeps(float64(last)) {
		last--
	}
	none := func() (float64, float64) { return math.Inf(1), math.Inf(-1) }
	if first > last {
		// A run of equal scores may still have its mean rank between two whole ranks.
		return middleRun(zs, keeps)
	}
	low, high = nth(zs, first-1), nth(zs, last-1)
	if !keeps(meanRank(zs, low)) {
		low = beyond(zs, low, 1)
	}
	if !keeps(meanRank(zs, high)) {
		high = beyond(zs, high, -1)
	}
	if !(low <= high) || !keeps(meanRank(zs, low)) {
		return none()
	}
	return low, high
}

// middleRun looks for the run of equal scores with a kept mean rank where no whole rank is kept.
func middleRun(zs []float64, keeps func(rank float64) bool) (low, high float64) {
	for _, z := range zs {
		if keeps(meanRank(zs, z)) {
			return z, z
		}
	}
	return math.Inf(1), math.Inf(-1)
}

// meanRank is the mean of the ranks, from 1, that the scores equal to z share.
func meanRank(zs []float64, z float64) float64 {
	less, equal := 0, 0
	for _, other := range zs {
		switch {
		case other < z:
			less++
		case other == z:
			equal++
		}
	}
	return float64(less) + float64(equal+1)/2
}

// beyond is the next distinct score above (sign 1) or below (sign -1) z.
func beyond(zs []float64, z float64, sign float64) float64 {
	next := math.Inf(1)
	for _, other := range zs {
		if sign*other > sign*z && sign*other < next {
			next = sign * other
		}
	}
	return sign * next
}

// nth is the value at place k, from 0, if zs were sorted; it reorders zs so that
// nothing before k is larger and nothing after is smaller. zs holds no NaN.
func nth(zs []float64, k int) float64 {
	low, high := 0, len(zs)-1
	for low < high {
		pivot := median3(zs[low], zs[low+(high-low)/2], zs[high])
		i, j := low, high
		for i <= j {
			for zs[i] < pivot {
				i++
			}
			for zs[j] > pivot {
				j--
			}
			if i <= j {
				zs[i], zs[j] = zs[j], zs[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			high = j
		case k >= i:
			low = i
		default:
			return zs[k]
		}
	}
	return zs[k]
}

func median3(a, b, c float64) float64 {
	return math.Max(math.Min(a, b), math.Min(math.Max(a, b), c))
}
