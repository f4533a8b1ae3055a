package monitor

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"ohp/internal/kernel/measure"
)

// honest practices differ lastingly from each other, and nothing else happens.
func honest(i, m int) measure.Figure {
	share := .8 + .1*math.Sin(float64(i)*1.7)
	return said(cases(3000, share, byChance("honest", i, m)), 3000)
}

func TestPlaceNeedsBothOfTheLastTwoPeriods(t *testing.T) {
	for name, c := range map[string]struct {
		odd  func(m int) bool
		lost int // a month in which practice 0 has no figure, 0 for none
		want bool
	}{
		"always":                    {func(int) bool { return true }, 0, true},
		"the last two":              {func(m int) bool { return m >= 22 }, 0, true},
		"the last one":              {func(m int) bool { return m == 23 }, 0, false},
		"the one before":            {func(m int) bool { return m == 22 }, 0, false},
		"the last, none before it":  {func(m int) bool { return m == 23 }, 22, false},
		"always, none in the last":  {func(int) bool { return true }, 23, false},
		"no period before the last": {func(int) bool { return true }, -1, true},
	} {
		t.Run(name, func(t *testing.T) {
			onSQLite(t, 30, func(w *watched) {
				w.indicators[1].Funnel = true
				// Given practices that differ, and one far below all of them in some months
				first := 0
				if c.lost < 0 {
					first = 23
				}
				w.figures("calls", first, 24, func(i, m int) measure.Figure {
					switch {
					case i == 0 && c.lost > 0 && m == c.lost:
						return unsaid(measure.Suppressed)
					case i == 0 && c.odd(m):
						return said(cases(3000, .3, byChance("odd", i, m)), 3000)
					}
					return honest(i, m)
				})
				w.run()
				// Then it lies out only when both of the last two periods say so
				st := w.study("calls")
				f, _ := st.finding("P00")
				if flagged := f.PlaceN > 0 && f.PlaceP < .001; flagged != c.want {
					t.Errorf("P %v among %d, z %v", f.PlaceP, f.PlaceN, f.PlaceZ)
				}
				if !c.want {
					return
				}
				if f.PlaceZ >= 0 || f.PlaceN != 30 || f.PlacePeriod != at(23) || math.Abs(f.PlaceValue-30) > 3 || math.Abs(f.PlaceCentre-79) > 3 {
					t.Errorf("found %+v", f)
				}
				for _, other := range st.Findings {
					if other.Unit != "P00" && other.PlaceN > 0 && other.PlaceP < .001 {
						t.Errorf("%s lies out at %v", other.Unit, other.PlaceP)
					}
				}
			})
		})
	}
}

func TestPlaceComparesWithinTheGroup(t *testing.T) {
	onBoth(t, 24, func(t *testing.T, w *watched) {
		// Given two primary care networks of twelve, the second of which has half the first's level, and one practice of the first that has the second's
		w.indicators[1].Funnel = true
		w.indicators[1].Compare = "pcn"
		l := &measure.Load{}
		for i, code := range w.practices {
			l.Unit(measure.Unit{Code: code, Kind: "practice", Status: "active"})
			l.Membership(measure.Membership{Unit: code, Group: fmt.Sprintf("U%d", i/12), GroupKind: "pcn"})
		}
		w.store(l)
		w.figures("calls", 0, 20, func(i, m int) measure.Figure {
			share := .8
			if i == 0 || i >= 12 {
				share = .4
			}
			return said(cases(3000, share+.02*math.Sin(float64(i)), byChance("calls", i, m)), 3000)
		})
		w.run()
		// Then that one alone lies out, among twelve
		c := w.only()
		if g := c.Signals[0]; c.Practice != "P00" || g.Kind != Beside || c.Nature != Worse || !strings.Contains(g.Peers, "12 practices (of the same primary care network)") {
			t.Errorf("%s: %+v", c.Practice, g)
		}
		// And with nine in a network, nobody is called unusual
		l = &measure.Load{}
		for _, code := range []string{"P01", "P02", "P03"} {
			l.Membership(measure.Membership{Unit: code, Group: "U9", GroupKind: "pcn"})
		}
		w.store(l)
		w.run()
		if f, ok := w.study("calls").finding("P00"); ok && f.PlaceN > 0 {
			t.Errorf("compared among %d", f.PlaceN)
		}
	})
}

func TestPlaceLeavesOutImpossibleShares(t *testing.T) {
	onSQLite(t, 20, func(w *watched) {
		w.indicators[1].Funnel = true
		// Given a practice that reports more answered calls than calls, and one of too few calls to say
		w.indicators[1].MinimumDenominator = 100
		w.figures("calls", 0, 20, func(i, m int) measure.Figure {
			switch i {
			case 0:
				return said(5000, 3000)
			case 1:
				return said(1, 50)
			}
			return honest(i, m)
		})
		w.run()
		// Then neither is compared, nor moves the average of the others
		st := w.study("calls")
		if st.Placed != 18 {
			t.Errorf("%d placed", st.Placed)
		}
		for _, f := range st.Findings {
			if f.PlaceN != 18 || f.PlaceCentre > 90 || f.Unit == "P00" || f.Unit == "P01" {
				t.Errorf("found %+v", f)
			}
		}
	})
}

// An honest country: practices differ far more than chance would have it, and none is an outlier among them. About as many
// lie out at a level as that level says, not the many that a funnel without over-dispersion would call.
func TestPlaceAllowsForHonestDifferences(t *testing.T) {
	onSQLite(t, 99, func(w *watched) {
		w.indicators[1].Funnel = true
		level := make([]float64, 99)
		for i := range level {
			level[i] = 1 / (1 + math.Exp(-(1.2 + .35*normalOf(i))))
		}
		w.figures("calls", 0, 2, func(i, m int) measure.Figure { return said(cases(3000, level[i], byChance("calls", i, m)), 3000) })
		w.run()
		st := w.study("calls")
		out, plain := 0, 0
		for _, f := range st.Findings {
			if f.PlaceN > 0 && f.PlaceP <= .01 {
				out++
			}
			if f.PlaceP <= .05 {
				plain++
			}
		}
		if st.Placed != 99 || out > 4 || plain > 12 {
			t.Errorf("of %d, %d lie out at 1%% and %d at 5%%", st.Placed, out, plain)
		}
	})
}

// normalOf is a fixed standard normal draw for practice i.
func normalOf(i int) float64 {
	src := byChance("level", i, 0)
	u := float64(src.Uint64()>>11) / (1 << 53)
	return math.Sqrt2 * math.Erfinv(2*u-1)
}
