package change

import (
	"math"
	"slices"
)

// rival is a rule in use today. For each month it gives two scores; the rule flags when the first reaches one threshold
// or the second another. Its baseline is the history (the months before monitoring began), fixed once, so that a change
// cannot hide itself in the baseline: the kinder reading of each rule.
type rival struct {
	name   string
	native string
	// score fills a and b for the months from history on (a[0] is month history).
	score func(m *months, history int, a, b []float64)
	// steadied takes the place of score where the rule is tuned, if no threshold of score itself keeps a budget.
	steadied func(m *months, history int, a, b []float64)
	// first and second are the thresholds in use today.
	first, second float64
	// runs is true when the second score is a run length.
	runs bool
}

// months is a series as the rivals see it.
type months struct {
	kind        Kind
	value, base []float64
	y           []float64 // value/base, or the value of a measurement
}

func (m *months) settle() {
	m.y = m.y[:0]
	for t, v := range m.value {
		if m.kind != Measurement {
			v /= m.base[t]
		}
		m.y = append(m.y, v)
	}
}

// rivals returns the three rules that the method is compared with. As used, XmR flags by four rules together (xmrNative);
// tuned, it keeps the two that can be tuned, limits and runs.
func rivals() []rival {
	return []rival{
		{name: "month-on-month red/amber/green", native: "red or green at 10% from the month before", score: scoreMonthOnMonth, steadied: scoreMonthOnMonthSteadied, first: 0.1, second: math.Inf(1)},
		{name: "XmR chart", native: "mean ± 2.66 mR, 7 on one side, 7 rising or falling, 2 of 3", score: scoreXmR, first: 2.66, second: 7, runs: true},
		{name: "z > 2 rule", native: "latest month more than 2 standard deviations from the history", score: scoreZ, first: 2, second: math.Inf(1)},
	}
}

// scoreMonthOnMonth is the relative change from the month before; b stays 0. From nothing to something is +Inf.
func scoreMonthOnMonth(m *months, history int, a, b []float64) {
	for i := range a {
		t := history + i
		d := math.Abs(m.y[t] - m.y[t-1])
		if d > 0 {
			d /= math.Abs(m.y[t-1])
		}
		a[i], b[i] = d, 0
	}
}

// scoreMonthOnMonthSteadied measures the same step against the mean of the history, so that a threshold can be found
// for it at all: a month without events would otherwise make every later step infinite.
func scoreMonthOnMonthSteadied(m *months, history int, a, b []float64) {
	mean := math.Abs(average(m.y[:history]))
	for i := range a {
		t := history + i
		a[i], b[i] = math.Abs(m.y[t]-m.y[t-1])/mean, 0
	}
}

// scoreXmR: a is the distance from the mean in mean moving ranges, b the length of the run on one side.
func scoreXmR(m *months, history int, a, b []float64) {
	mean, mr := xmrLimits(m.y[:history])
	run, side := 0.0, 0.0
	for t := range m.y {
		d := m.y[t] - mean
		switch s := sign(d); {
		case s == 0:
			run, side = 0, 0
		case s == side:
			run++
		default:
			run, side = 1, s
		}
		if i := t - history; i >= 0 {
			a[i], b[i] = 0, run
			if mr > 0 {
				a[i] = math.Abs(d) / mr
			}
		}
	}
}

// xmrNative says for each month whether any of the four Making Data Count rules marks it.
func xmrNative(m *months, history int, flag []bool) {
	mean, mr := xmrLimits(m.y[:history])
	sigma := 2.66 * mr / 3
	for i := range flag {
		t := history + i
		flag[i] = mr > 0 && (math.Abs(m.y[t]-mean) > 2.66*mr || twoOfThree(m.y[:t+1], mean, sigma)) ||
			shift(m.y[:t+1], mean, 7) || trend(m.y[:t+1], 7)
	}
}

func xmrLimits(y []float64) (mean, mr float64) {
	for t := 1; t < len(y); t++ {
		mr += math.Abs(y[t] - y[t-1])
	}
	return average(y), mr / float64(len(y)-1)
}

func twoOfThree(y []float64, mean, sigma float64) bool {
	n := len(y)
	s := sign(y[n-1] - mean)
	if s == 0 || n < 3 || math.Abs(y[n-1]-mean) <= 2*sigma {
		return false
	}
	far := 0
	for _, v := range y[n-3:] {
		if sign(v-mean) != s {
			return false
		}
		if math.Abs(v-mean) > 2*sigma {
			far++
		}
	}
	return far >= 2
}

func shift(y []float64, mean float64, n int) bool {
	if len(y) < n {
		return false
	}
	s := sign(y[len(y)-1] - mean)
	for _, v := range y[len(y)-n:] {
		if s == 0 || sign(v-mean) != s {
			return false
		}
	}
	return true
}

func trend(y []float64, n int) bool {
	if len(y) < n {
		return false
	}
	last := y[len(y)-n:]
	s := sign(last[1] - last[0])
	for i := 1; i < n; i++ {
		if s == 0 || sign(last[i]-last[i-1]) != s {
			return false
		}
	}
	return true
}

// scoreZ is |z| of the month against the history: Poisson, binomial, or the history's standard deviation.
func scoreZ(m *months, history int, a, b []float64) {
	var x, e float64
	for t := range history {
		x += m.value[t]
		e += m.base[t]
	}
	level, sd := x/e, 0.0
	if m.kind == Measurement {
		for t := range history {
			sd += (m.y[t] - level) * (m.y[t] - level)
		}
		sd = math.Sqrt(sd / float64(history-1))
	}
	for i := range a {
		t := history + i
		switch m.kind {
		case Rate:
			sd = math.Sqrt(level / m.base[t])
		case Proportion:
			sd = math.Sqrt(level * (1 - level) / m.base[t])
		}
		a[i], b[i] = 0, 0
		if sd > 0 {
			a[i] = math.Abs(m.y[t]-level) / sd
		}
	}
}

func average(y []float64) float64 {
	s := 0.0
	for _, v := range y {
		s += v
	}
	return s / float64(len(y))
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// paths holds the scores of many steady series, each of the same number of months: what a rival is tuned on.
type paths struct {
	months int
	warm   int // months at the start whose concerns are not counted
	a, b   []float64
}

// newConcerns is the rate of new concerns per series and month at two thresholds.
func (p *paths) newConcerns(first, second float64) float64 {
	counted := len(p.a) / p.months * (p.months - p.warm)
	return float64(p.opened(first, second)) / float64(max(counted, 1))
}

// opened counts new concerns, a concern closing after three months on end without a flag.
func (p *paths) opened(first, second float64) int {
	opened := 0
	for at := 0; at < len(p.a); at += p.months {
		open, calm := false, 0
		for i := range p.months {
			flag := p.a[at+i] >= first || p.b[at+i] >= second
			switch {
			case flag && !open:
				open, calm = true, 0
				if i >= p.warm {
					opened++
				}
			case flag:
				calm = 0
			case open:
				if calm++; calm == CloseAfter {
					open = false
				}
			}
		}
	}
	return opened
}

// tune returns the smallest thresholds at which steady series give no more new concerns than the budget allows. A rule
// with runs spends up to half of the budget on runs (the shortest length that does not overspend) and the rest on limits.
func (p *paths) tune(r rival, budget float64) (first, second float64) {
	second = math.Inf(1)
	if r.runs {
		for n := 5.0; n <= 40; n++ {
			if p.newConcerns(math.Inf(1), n) <= budget/2 {
				second = n
				break
			}
		}
	}
	scores := slices.Clone(p.a)
	slices.Sort(scores)
	scores = slices.Compact(scores)
	// Rates of new concerns fall with the threshold (but for the merging of neighbours far below any budget of use):
	// search the upper half of the scores.
	low, high := len(scores)/2, len(scores)
	for low < high {
		middle := (low + high) / 2
		if p.newConcerns(scores[middle], second) <= budget {
			high = middle
		} else {
			low = middle + 1
		}
	}
	if low == len(scores) {
		return math.Inf(1), second
	}
	return scores[low], second
}
