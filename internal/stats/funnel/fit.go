package funnel

import (
	"errors"
	"fmt"
	"math"
)

// Kind says what a unit's numerator and denominator are.
type Kind int

// The kinds of figure a funnel compares.
const (
	StandardisedRatio Kind = iota // observed over expected events; target 1
	Proportion                    // events over people at risk; target the pooled proportion
	CountRatio                    // one count over another; target the pooled ratio
)

// Method is how a StandardisedRatio is transformed and its extremes are tamed.
type Method int

// The methods for a StandardisedRatio; other kinds have one method each.
const (
	SHMI Method = iota // logarithm, extremes truncated (NHS Digital)
	CQC                // square root, extremes winsorised (Care Quality Commission)
)

// Profile says whose conventions apply; see the package comment.
type Profile int

// The profiles.
const (
	House Profile = iota
	FunnelPlotR
)

// Settings of a Fit. The zero value is a standardised ratio, SHMI method, House
// profile, with nothing trimmed; Standard gives the usual tenth at each end.
type Settings struct {
	Kind    Kind
	Method  Method
	Profile Profile
	// Trim is the share of units truncated or winsorised at each end, 0 to 0.5.
	Trim float64
	// RoundExpected rounds expected events to two decimals first (SHMI publication).
	RoundExpected bool
}

// Standard is Settings with a tenth trimmed at each end.
func Standard(kind Kind, method Method) Settings {
	return Settings{Kind: kind, Method: method, Trim: 0.1}
}

func (s Settings) truncates() bool { return s.Kind == StandardisedRatio && s.Method == SHMI }

// Fit is a funnel's centre and spread and each unit's place in it. Its slices belong
// to the Workspace and are overwritten by its next fit.
type Fit struct {
	Settings Settings
	// Target is the centre on the figure's scale, TransformedTarget on the scale of Y.
	Target, TransformedTarget float64
	// Kept is how many units measured the dispersion; LeftOut how many had no usable
	// numerator and denominator (House only).
	Kept, LeftOut int
	// Phi is the mean squared z-score of the kept units: above 1 is over-dispersion.
	// Tau2 is the variance between units on the scale of Y (DerSimonian and Laird).
	Phi, Tau2 float64
	// Denominator is as used (rounded where asked). Y is the transformed figure, S its
	// standard error, Z = (Y - TransformedTarget)/S; NaN for units left out.
	Denominator, Y, S, Z []float64
	// Used is Z after truncation (NaN) or winsorisation (pulled in); Trimmed marks
	// the units to which that happened.
	Used    []float64
	Trimmed []bool
}

// Workspace fits funnels one after another without allocating. The zero value is
// ready. It is not safe for concurrent use.
type Workspace struct {
	denominator, y, s, z, used, scratch []float64
	trimmed                             []bool
}

func (w *Workspace) size(n int) {
	if cap(w.z) < n {
		block := make([]float64, 6*n)
		w.denominator, w.y, w.s = block[:n:n], block[n:2*n:2*n], block[2*n:3*n:3*n]
		w.z, w.used, w.scratch = block[3*n:4*n:4*n], block[4*n:5*n:5*n], block[5*n:]
		w.trimmed = make([]bool, n)
	}
	w.denominator, w.y, w.s, w.z = w.denominator[:n], w.y[:n], w.s[:n], w.z[:n]
	w.used, w.scratch, w.trimmed = w.used[:n], w.scratch[:n], w.trimmed[:n]
}

var errNoUnit = errors.New("no unit has a numerator and a denominator above zero, so there is nothing to compare")

// Fit measures the units: numerator and denominator hold one value per unit. It is an
// error if they differ in length, hold no usable unit, or Trim is out of range. Under
// the House profile a unit with a missing or negative numerator, a denominator that
// is not above zero, or (for a proportion) a numerator above its denominator is left
// out. Under FunnelPlotR missing values go where that package lets them go.
func (w *Workspace) Fit(numerator, denominator []float64, settings Settings) (Fit, error) {
	if err := settings.check(len(numerator), len(denominator)); err != nil {
		return Fit{}, err
	}
	w.size(len(numerator))
	fit := Fit{Settings: settings, Denominator: w.denominator, Y: w.y, S: w.s, Z: w.z, Used: w.used, Trimmed: w.trimmed}
	for i, d := range denominator {
		if settings.RoundExpected && settings.truncates() {
			d = roundPlaces(d, 2)
		}
		w.denominator[i] = d
	}
	if err := fit.centre(numerator); err != nil {
		return Fit{}, err
	}
	fit.transform(numerator)
	if settings.truncates() && (settings.Trim > 0 || settings.Profile == FunnelPlotR) {
		w.truncate(settings.Trim)
	} else {
		w.winsorise(settings.Trim)
	}
	fit.disperse()
	return fit, nil
}

func (s Settings) check(numerators, denominators int) error {
	switch {
	case numerators != denominators:
		return fmt.Errorf("%d numerators but %d denominators; give one of each for every unit", numerators, denominators)
	case numerators == 0:
		return errNoUnit
	case !(s.Trim >= 0 && s.Trim < 0.5):
		return fmt.Errorf("cannot trim %v of the units at each end; give a share from 0 up to, but not including, 0.5", s.Trim)
	case s.Kind < StandardisedRatio || s.Kind > CountRatio:
		return fmt.Errorf("kind %d of figure is not known; use a standardised ratio, a proportion or a count ratio", s.Kind)
	case s.Method < SHMI || s.Method > CQC:
		return fmt.Errorf("method %d is not known; use SHMI or CQC", s.Method)
	}
	return nil
}

// usable is the House profile's judgement of one unit.
func (f *Fit) usable(numerator, denominator float64) bool {
	if !(numerator >= 0 && denominator > 0) || math.IsInf(numerator, 1) || math.IsInf(denominator, 1) {
		return false
	}
	return f.Settings.Kind != Proportion || numerator <= denominator
}

// centre finds the target and turns the denominators of unusable units into NaN.
func (f *Fit) centre(numerator []float64) error {
	var numerators, denominators total
	used := 0
	for i, n := range numerator {
		if f.Settings.Profile == House && !f.usable(n, f.Denominator[i]) {
			f.Denominator[i] = math.NaN()
			f.LeftOut++
			continue
		}
		used++
		numerators.add(n)
		denominators.add(f.Denominator[i])
	}
	if used == 0 {
		return errNoUnit
	}
	pooled := numerators.value() / denominators.value()
	switch {
	case f.Settings.Kind == StandardisedRatio && f.Settings.Method == SHMI:
		f.Target, f.TransformedTarget = 1, 0
	case f.Settings.Kind == StandardisedRatio:
		f.Target, f.TransformedTarget = 1, 1
	case f.Settings.Kind == Proportion:
		f.Target, f.TransformedTarget = pooled, arcsineRoot(pooled)
	default:
		f.Target, f.TransformedTarget = pooled, math.Log(pooled)
	}
	return nil
}

// transform puts each unit on a scale where its variance depends on its size alone.
func (f *Fit) transform(numerator []float64) {
	for i, o := range numerator {
		e := f.Denominator[i]
		var y, s float64
		switch {
		case f.Settings.Kind == CountRatio:
			oh, eh := o+0.5, e+0.5
			y, s = math.Log(oh/eh), math.Sqrt(o/(oh*oh)+e/(eh*eh))
		case f.Settings.Kind == Proportion:
			y, s = arcsineRoot(o/e), 1/(2*math.Sqrt(e))
		case f.Settings.Method == CQC:
			y, s = math.Sqrt(o/e), 1/(2*math.Sqrt(e))
		default:
			y, s = math.Log(o/e), 1/math.Sqrt(e)
			f.Y[i], f.S[i], f.Z[i] = y, s, math.Sqrt(e)*y
			continue
		}
		f.Y[i], f.S[i], f.Z[i] = y, s, (y-f.TransformedTarget)/s
	}
}

// arcsineRoot is asin(sqrt(p)), by the arctangent that asin itself would go through.
func arcsineRoot(p float64) float64 { return math.Atan(math.Sqrt(p / (1 - p))) }

// disperse measures phi and tau² over the kept units. Under House a unit whose
// logarithm is infinite (no event at all) cannot measure dispersion and is passed over.
func (f *Fit) disperse() {
	var squares, w1, w2 total
	for i, z := range f.Used {
		if math.IsNaN(z) || (f.Settings.Profile == House && math.IsInf(z, 0)) {
			continue
		}
		f.Kept++
		squares.add(z * z)
		weight := 1 / (f.S[i] * f.S[i])
		w1.add(weight)
		w2.add(weight * weight)
	}
	n := float64(f.Kept)
	f.Phi = (1 / n) * squares.value()
	switch {
	case f.Kept == 0 || n*f.Phi < n-1:
		f.Tau2 = 0
	default:
		f.Tau2 = (n*f.Phi - (n - 1)) / (w1.value() - w2.value()/w1.value())
		if f.Tau2 < 0 {
			f.Tau2 = 0
		}
	}
	if f.Settings.Profile == House && !(f.Tau2 > 0 && !math.IsInf(f.Tau2, 1)) {
		f.Tau2 = 0
	}
}

// AdjustedZ writes each unit's z-score with the variance between units added to its
// own, (Y - target)/sqrt(S² + tau²), to dst and returns it; dst is grown if it is too
// short. These are the scores to carry to false-discovery control (Spiegelhalter 2012).
func (f *Fit) AdjustedZ(dst []float64) []float64 {
	if cap(dst) < len(f.Y) {
		dst = make([]float64, len(f.Y))
	}
	dst = dst[:len(f.Y)]
	for i, y := range f.Y {
		dst[i] = (y - f.TransformedTarget) / math.Sqrt(f.S[i]*f.S[i]+f.Tau2)
	}
	return dst
}

// total is a sum that carries its rounding error along (Neumaier).
type total struct{ sum, lost float64 }

func (t *total) add(x float64) {
	s := t.sum + x
	if math.Abs(t.sum) >= math.Abs(x) {
		t.lost += (t.sum - s) + x
	} else {
		t.lost += (x - s) + t.sum
	}
	t.sum = s
}

func (t *total) value() float64 {
	if math.IsInf(t.sum, 0) || math.IsNaN(t.sum) {
		return t.sum
	}
	return t.sum + t.lost
}

// roundPlaces rounds as R 4 does: to the nearer of the two neighbouring decimals as
// float64, an exact tie to the even one.
func roundPlaces(x float64, places int) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) || float64(places)+(math.Logb(x)+0.5)*math.Log10(2) > 15 {
		return x
	}
	scale := math.Pow10(places)
	floor := math.Floor(scale * x)
	low, high := floor/scale, math.Ceil(scale*x)/scale
	below, above := x-low, high-x
	if below < above || (below == above && math.Mod(floor, 2) == 0) {
		return low
	}
	return high
}
