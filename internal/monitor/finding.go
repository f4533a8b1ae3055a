package monitor

import (
	"ohp/internal/kernel/date"
	"ohp/internal/stats/change"
)

// Finding is what the monitor found in one indicator at one practice.
type Finding struct {
	Unit string `json:"u"`

	// Over time: the practice against its own past, with the peers' movement taken out.

	// P is the chance that a steady series shows so large a difference in a given period; 1 when it could not be judged, and Unjudged says why.
	P        float64 `json:"p"`
	Unjudged string  `json:"why,omitempty"`
	// Z is the standardised difference, positive upwards.
	Z float64 `json:"z,omitempty"`
	// Began is the first period of the window that differs most, Latest the last reported period.
	Began  date.Period `json:"b,omitzero"`
	Latest date.Period `json:"l,omitzero"`
	// Window and BaselineN are numbers of reported periods.
	Window    int `json:"k,omitempty"`
	BaselineN int `json:"n,omitempty"`
	// Baseline and Recent are levels as published, in the indicator's scale.
	Baseline float64 `json:"v,omitempty"`
	Recent   float64 `json:"r,omitempty"`
	// Effect is a ratio (Ratio true) or a difference in the indicator's scale, with its 95% bounds; High 0 with Ratio means unbounded.
	Effect float64 `json:"e,omitempty"`
	Low    float64 `json:"el,omitempty"`
	High   float64 `json:"eh,omitempty"`
	Ratio  bool    `json:"er,omitempty"`
	// Moved says that the others' common movement was taken out before Effect and P were computed.
	Moved bool `json:"m,omitempty"`
	// Gaps is the number of loaded periods without a usable figure of the practice, Unloaded of those for which no file is loaded.
	Gaps     int `json:"g,omitempty"`
	Unloaded int `json:"gu,omitempty"`
	// Quiet is the number of loaded periods after Latest for which the practice has no figure.
	Quiet int `json:"gq,omitempty"`

	// Beside the others: a funnel at the latest period.

	// PlaceP is the chance of lying so far out in both of the last two periods, over-dispersion allowed for; 1 when not compared.
	PlaceP float64 `json:"pp,omitempty"`
	PlaceZ float64 `json:"pz,omitempty"`
	// PlaceValue and PlaceCentre are in the indicator's scale; PlaceN is the number of practices compared.
	PlaceValue  float64     `json:"pv,omitempty"`
	PlaceCentre float64     `json:"pc,omitempty"`
	PlaceN      int         `json:"pn,omitempty"`
	PlacePeriod date.Period `json:"pl,omitzero"`

	// Silent is the number of latest periods without a report while most others reported; SilentFrom the first of them.
	Silent     int         `json:"s,omitempty"`
	SilentFrom date.Period `json:"sf,omitzero"`
	// LastSaid is the last period with a report before the silence.
	LastSaid date.Period `json:"sl,omitzero"`
	// Never says that the practice has not reported once in the periods loaded.
	Never bool `json:"sn,omitempty"`

	// Noughts is how many periods the practice reported nought, and never anything else, while almost all others reported more.
	Noughts int `json:"no,omitempty"`
	// Unsaid is for how many loaded periods from SilentFrom on there is no figure beside the noughts, Unfiled for how many no file is loaded.
	Unsaid  int `json:"nu,omitempty"`
	Unfiled int `json:"nf,omitempty"`

	// Alert says that the latest value lies below the indicator's alert level.
	Alert bool    `json:"a,omitempty"`
	Value float64 `json:"av,omitempty"`
}

// Judged says whether the series could be compared with its past.
func (f Finding) Judged() bool { return f.Unjudged == "" }

// Study is one indicator looked at across its practices.
type Study struct {
	Indicator string
	Stamp     int64
	Basis     string
	Latest    date.Period
	Shared    *SharedStep
	// Units were looked at; Judged of them had enough data over time, Placed were compared with others.
	Units, Judged, Placed int
	// Findings are those that are worth a word: the rest, unremarkable, is counted above.
	Findings []Finding
}

// noticeable is the chance up to which a finding is worth a word, if only beside a flagged one.
const noticeable = stillOpen

// remarkable says whether a finding is kept.
func (f Finding) remarkable() bool {
	return f.Judged() && f.P <= noticeable || f.PlaceN > 0 && f.PlaceP <= noticeable || f.Silent > 0 || f.Noughts > 0 || f.Alert
}

// add counts a finding and keeps it when it is remarkable.
func (s *Study) add(f Finding) {
	s.Units++
	if f.Judged() {
		s.Judged++
	}
	if f.PlaceN > 0 {
		s.Placed++
	}
	if f.remarkable() {
		s.Findings = append(s.Findings, f)
	}
}

// SharedStep is a change that most practices made together: one note, not thirty concerns.
type SharedStep struct {
	Began date.Period `json:"began"`
	// Higher says which way; Share is the part of the practices that moved that way, of Units.
	Higher bool    `json:"higher"`
	Share  float64 `json:"share"`
	Units  int     `json:"units"`
	// Effect is a ratio for rates, 0 when there was hardly an event before or none is left since, and a difference in the
	// indicator's scale otherwise.
	Effect float64 `json:"effect"`
	Ratio  bool    `json:"ratio"`
	P      float64 `json:"p"`
}

// direction of a finding's change over time.
func (f Finding) direction() change.Direction {
	switch {
	case f.Z > 0:
		return change.Higher
	case f.Z < 0:
		return change.Lower
	}
	return change.Steady
}
