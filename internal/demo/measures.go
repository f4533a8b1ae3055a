package demo

import (
	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
)

const source = "Demonstration data: a fictional partnership"

// The published measures that the demonstration imitates, under the names that their importers declare.
var (
	onlineMeasures    = []string{"online-consultations", "online-consultations-clinical", "online-consultations-administrative"}
	telephonyMeasures = []string{"telephony-inbound", "telephony-answered", "telephony-ivr-ended", "telephony-callback-requested", "telephony-missed", "telephony-callback-made"}
)

// Measures declares what the demonstration offers beyond the published
// measures: what the platform's own registers (complaints, learning events,
// training …) and the practices' clinical systems would give.
func Measures() []measure.Measure {
	var list []measure.Measure
	for _, r := range recipes {
		if r.title == "" {
			continue // declared by the importer of the publication
		}
		m := measure.Measure{Name: r.name, Title: r.title, Kind: r.kind, Per: r.per, Unit: "practice", Cadence: date.Month, Counts: r.counts, Of: r.of, Source: source}
		if r.quarterly {
			m.Cadence = date.Quarter
		}
		list = append(list, m)
	}
	return append(list, derivedMeasures...)
}

// derivedMeasures are drawn from the events of another measure.
var derivedMeasures = []measure.Measure{
	{Name: "harm-events", Title: "Learning events with moderate harm or worse", Kind: measure.Rate, Per: 1000, Unit: "practice", Cadence: date.Month,
		Counts: "learning events with moderate harm, severe harm or death", Of: "registered patients", Source: source},
	{Name: "complaints-acknowledged", Title: "Complaints acknowledged within three working days", Kind: measure.Proportion, Per: 100, Unit: "practice", Cadence: date.Month,
		Counts: "complaints acknowledged within three working days", Of: "complaints received", Source: source},
}

// recipe says how the figures of a measure are made.
type recipe struct {
	name          string
	title         string // "" when the measure is declared elsewhere
	kind          measure.Kind
	per           float64
	counts, of    string
	file          string  // the load that it belongs to
	long          bool    // from May 2021 instead of October 2023
	total         int     // events in the year from May 2021 (long only)
	level         float64 // of the partnership, in the measure's scale
	between       float64 // how practices differ lastingly: standard deviation on the log or logit scale
	within        float64 // how months differ beyond chance, likewise
	winter        float64 // the relative (rate) or percentage point (proportion) difference between January and July
	denominator   float64 // per 1,000 registered patients and period; 0: the registered patients themselves
	stock         bool    // a share of the same people every month, which moves little by little
	suppressBelow float64 // denominators below it are suppressed
	quarterly     bool
}

// recipes lists the measures that are drawn by themselves. Levels are plausible for English general practice, and no more than that.
var recipes = []recipe{
	{name: "complaints", title: "Complaints received", kind: measure.Rate, per: 1000, counts: "complaints received, written and oral, that were not resolved by the next working day", of: "registered patients",
		file: "experience", long: true, total: 584, between: .3},
	{name: "compliments", title: "Compliments received", kind: measure.Rate, per: 1000, counts: "compliments recorded", of: "registered patients",
		file: "experience", long: true, total: 249, between: .35},
	{name: "learning-events", title: "Learning events recorded", kind: measure.Rate, per: 1000, counts: "significant and learning events recorded", of: "registered patients",
		file: "safety", long: true, total: 672, between: .35},
	{name: "fft-positive", title: "Friends and Family Test: good experience", kind: measure.Proportion, per: 100, counts: "answers of “very good” or “good”", of: "answers to the Friends and Family Test",
		file: "experience", level: 90, between: .3, within: .05, denominator: 7, suppressBelow: 15},
	{name: "appointments-within-14-days", title: "Appointments within 14 days of booking", kind: measure.Proportion, per: 100, counts: "appointments that took place within 14 days of being booked", of: "appointments attended",
		file: "access", level: 83, between: .3, within: .05, winter: 2, denominator: 460},
	{name: "did-not-attend", title: "Appointments not attended", kind: measure.Proportion, per: 100, counts: "booked appointments that the patient did not attend", of: "booked appointments",
		file: "access", level: 4.6, between: .3, within: .04, denominator: 480},
	{name: "phone-wait", title: "Median wait for a call to be answered", kind: measure.Measurement, per: 1, counts: "minutes from joining the queue to being answered, half of the callers waiting longer",
		file: "access", level: 6.4, between: .3, within: .16, winter: .15},
	{name: "results-filed-on-time", title: "Test results filed within two working days", kind: measure.Proportion, per: 100, counts: "test results filed within two working days", of: "test results received",
		file: "safety", level: 87, between: .2, within: .07, denominator: 820},
	{name: "drug-monitoring", title: "High-risk medicines: blood tests up to date", kind: measure.Proportion, per: 100, counts: "patients whose blood tests are up to date", of: "patients on a medicine that needs regular blood tests",
		file: "safety", level: 90, between: .25, within: .03, denominator: 13, stock: true},
	{name: "medication-reviews", title: "Medication reviews within 12 months", kind: measure.Proportion, per: 100, counts: "patients with a medication review in the last 12 months", of: "patients on repeat medicines",
		file: "care", level: 76, between: .3, within: .01, denominator: 290, stock: true},
	{name: "antibiotic-items", title: "Antibacterial items prescribed", kind: measure.Rate, per: 1000, counts: "items of antibacterial medicines prescribed", of: "registered patients",
		file: "care", level: 43, between: .2, within: .04, winter: .32},
	{name: "cervical-screening", title: "Cervical screening up to date, aged 25 to 64", kind: measure.Proportion, per: 100, counts: "women and people with a cervix aged 25 to 64 who were screened in time", of: "those eligible",
		file: "care", level: 73, between: .25, within: .01, denominator: 225, stock: true},
	{name: "hypertension-controlled", title: "Blood pressure on target in hypertension", kind: measure.Proportion, per: 100, counts: "patients with hypertension, under 80, whose last reading within 12 months was 140/90 mmHg or less", of: "patients with hypertension under 80",
		file: "care", level: 69, between: .22, within: .015, winter: -2, denominator: 112, stock: true},
	{name: "diabetes-care-processes", title: "Diabetes: all eight care processes", kind: measure.Proportion, per: 100, counts: "patients with diabetes who had all eight care processes in the last 15 months", of: "patients with diabetes aged 17 or over",
		file: "care", level: 58, between: .3, within: .02, denominator: 68, stock: true},
	{name: "learning-disability-checks", title: "Learning disability: annual health checks", kind: measure.Proportion, per: 100, counts: "people with a health check in the last 12 months", of: "people aged 14 or over on the learning disability register",
		file: "care", level: 77, between: .3, within: .03, denominator: 5, stock: true, suppressBelow: 15},
	{name: "mmr-two-doses", title: "MMR: two doses by the fifth birthday", kind: measure.Proportion, per: 100, counts: "children who had two doses of MMR vaccine", of: "children who turned five in the quarter",
		file: "care", level: 87, between: .35, within: .03, denominator: 2.9, quarterly: true, suppressBelow: 5},
	{name: "staff-sickness", title: "Sickness absence", kind: measure.Rate, per: 100, counts: "working days lost to sickness", of: "contracted working days",
		file: "people", level: 4.3, between: .2, within: .16, winter: .25, denominator: 58},
	{name: "mandatory-training", title: "Mandatory training up to date", kind: measure.Proportion, per: 100, counts: "required courses that are up to date", of: "required courses of all staff",
		file: "people", level: 92, between: .35, within: .03, denominator: 36, stock: true},
	{name: "policies-acknowledged", title: "Policies read and acknowledged", kind: measure.Proportion, per: 100, counts: "acknowledgements given", of: "acknowledgements asked for",
		file: "people", level: 89, between: .35, within: .05, denominator: 14, stock: true},
	{name: "actions-overdue", title: "Actions overdue", kind: measure.Proportion, per: 100, counts: "open actions past their date", of: "open actions",
		file: "people", level: 15, between: .3, within: .1, denominator: 2.4},
	{name: "locum-cost", title: "Cost of locum doctors", kind: measure.Measurement, per: 1, counts: "pounds per 1,000 registered patients",
		file: "people", level: 610, between: .35, within: .2},
	{name: "list-aged-75-plus", kind: measure.Proportion, per: 100, file: "lists", level: 9.4, between: .25, within: .002, stock: true},
	{name: "online-consultations", kind: measure.Rate, per: 1000, file: "access", level: 96, between: .35, within: .05, winter: .08},
}
