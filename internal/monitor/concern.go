package monitor

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/stats/change"
)

// The natures of a signal, and of the concern that gathers signals: the gravest of them.
const (
	Worse  = "worse"  // away from what is better for patients, or silence
	Differ = "differ" // a change in something that has no better direction
	Better = "better" // an improvement, shown with the same care
)

var gravity = map[string]int{Worse: 0, Differ: 1, Better: 2}

// The kinds of signal.
const (
	OverTime = "over time" // against the practice's own past
	Beside   = "beside"    // among the practices it is compared with
	Silent   = "silent"    // nothing was reported
	Alert    = "alert"     // below a level that is an alert by itself
)

// Signal is one thing seen in one indicator, in words.
type Signal struct {
	Indicator string  `json:"indicator"`
	Title     string  `json:"title"`
	Kind      string  `json:"kind"`
	Nature    string  `json:"nature"`
	Chance    float64 `json:"chance"` // 1 where chance has no part in it
	Began     string  `json:"began"`  // period
	Seen      string  `json:"seen"`   // what was seen
	Since     string  `json:"since"`  // when it began
	Size      string  `json:"size"`
	Odds      string  `json:"odds"` // how likely by chance alone
	Peers     string  `json:"peers"`
	Unknown   string  `json:"unknown"`

	latest date.Period
}

// Concern gathers the open signals of one practice and one theme.
type Concern struct {
	ID       string `json:"id" db:"id"`
	Practice string `json:"practice" db:"practice"`
	Name     string `json:"name" db:"name"`
	Theme    string `json:"theme" db:"theme"`
	Nature   string `json:"nature" db:"nature"`
	State    string `json:"state" db:"state"`
	Headline string `json:"headline" db:"headline"`
	// Began is the earliest period in which one of its changes began.
	Began     string       `json:"began" db:"began"`
	Chance    float64      `json:"chance" db:"chance"`
	Count     int          `json:"-" db:"signals"`
	OpenedAt  date.Instant `json:"opened_at" db:"opened_at"`
	ChangedAt date.Instant `json:"changed_at" db:"changed_at"`
	ClosedAt  string       `json:"closed_at,omitempty" db:"closed_at"`
	Body      string       `json:"-" db:"body"`
	Telling
}

// Telling is what a concern says beyond its signals.
type Telling struct {
	Signals []Signal `json:"signals"`
	// Moved says what else moved at the practice, Shared what all practices share.
	Moved string `json:"moved"`
}

// place of a signal: the practice, its theme, and what it was seen in.
type signalKey struct{ practice, indicator, kind string }

type concernKey struct{ practice, theme string }

// openConcern is a stored open concern with its stored signals.
type openConcern struct {
	Concern
	kept map[signalKey]*keptSignal
}

type keptSignal struct {
	Concern   string       `db:"concern"`
	Indicator string       `db:"indicator"`
	Kind      string       `db:"kind"`
	Nature    string       `db:"nature"`
	Chance    float64      `db:"chance"`
	Latest    date.Period  `db:"latest"`
	Calm      int          `db:"calm"`
	State     string       `db:"state"`
	OpenedAt  date.Instant `db:"opened_at"`
	ClosedAt  string       `db:"closed_at"`
	Body      string       `db:"body"`
}

// decide opens, updates and closes concerns by what the studies found.
func (r *run) decide(ctx context.Context) error {
	r.summary.Threshold = r.threshold()
	r.summary.Budget = budgetOf(r.settings.Budget)
	d := decision{run: r, teller: newTeller(r.watch, r.subjects, r.studies), threshold: r.summary.Threshold}
	d.readFindings()
	return r.db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		r.summary.Opened, r.summary.Closed, r.summary.Open = 0, 0, 0
		for _, step := range []func(context.Context, *store.Tx) error{d.readOpen, d.readSuppliers, d.settle, d.keepRun} {
			if err := step(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

func budgetOf(b change.Budget) float64 {
	if b.FalseConcernsPerMonth > 0 {
		return b.FalseConcernsPerMonth
	}
	return 1
}

// decision is one run's spending of its findings.
type decision struct {
	run       *run
	teller    *teller
	threshold float64
	now       map[signalKey]seen // every finding that flags, or that an open signal may live on
	open      map[concernKey]*openConcern
}

// seen is one finding under one kind of signal.
type seen struct {
	subject *subject
	study   *Study
	finding *Finding
	kind    string
	chance  float64
	flagged bool
}

func (d *decision) readFindings() {
	d.now = map[signalKey]seen{}
	for i := range d.run.studies {
		st, sub := &d.run.studies[i], &d.run.subjects[i]
		if sub.ContextOnly {
			continue
		}
		for j := range st.Findings {
			d.readFinding(sub, st, &st.Findings[j])
		}
	}
}

// stillOpen is the chance up to which an open signal lives on.
const stillOpen = change.CloseAbove

func (d *decision) readFinding(sub *subject, st *Study, f *Finding) {
	add := func(kind string, chance float64, flagged bool) {
		if flagged || chance <= stillOpen {
			d.now[signalKey{f.Unit, sub.Name, kind}] = seen{sub, st, f, kind, chance, flagged}
		}
	}
	if f.Judged() {
		add(OverTime, f.P, f.P <= d.threshold)
	}
	if f.PlaceN > 0 {
		add(Beside, f.PlaceP, f.PlaceP <= d.threshold)
	}
	if f.Silent > 0 || f.Noughts > 0 {
		add(Silent, 1, true)
	}
	if f.Alert {
		add(Alert, 1, true)
	}
}

func (d *decision) readOpen(ctx context.Context, tx *store.Tx) error {
	d.open = map[concernKey]*openConcern{}
	concerns, err := store.Collect[Concern](ctx, tx, "select id, practice, '' as name, theme, nature, state, headline, began, chance, signals, opened_at, changed_at, closed_at, body from concern where state = 'open'")
	if err != nil {
		return err
	}
	byID := map[string]*openConcern{}
	for _, c := range concerns {
		if err := c.read(); err != nil {
			return err
		}
		o := &openConcern{Concern: c, kept: map[signalKey]*keptSignal{}}
		d.open[concernKey{c.Practice, c.Theme}], byID[c.ID] = o, o
	}
	signals, err := store.Collect[keptSignal](ctx, tx, `select s.concern, s.indicator, s.kind, s.nature, s.chance, s.latest, s.calm, s.state, s.opened_at, s.closed_at, s.body
from concern_signal s join concern c on c.id = s.concern where c.state = 'open'`)
	for i := range signals {
		s := &signals[i]
		o := byID[s.Concern]
		o.kept[signalKey{o.Practice, s.Indicator, s.Kind}] = s
	}
	return err
}

// readSuppliers recalls who supplied the systems of those practices whose concerns will tell of a supplier.
func (d *decision) readSuppliers(ctx context.Context, tx *store.Tx) error {
	d.teller.suppliers = map[string][]supplied{}
	for key, s := range d.now {
		if s.kind != OverTime || !s.subject.supplied() {
			continue
		}
		told := s.flagged || d.open[concernKey{key.practice, s.subject.Theme}] != nil
		if _, done := d.teller.suppliers[key.practice]; done || !told {
			continue
		}
		list, err := store.Collect[supplied](ctx, tx, "select from_date, value from unit_attribute where unit = $1 and name = $2 order by from_date", key.practice, supplierAttribute)
		if err != nil {
			return err
		}
		d.teller.suppliers[key.practice] = list
	}
	return nil
}

// settle brings every concern up to date: those that exist, and those that new flags open.
func (d *decision) settle(ctx context.Context, tx *store.Tx) error {
	fresh := map[concernKey][]signalKey{}
	for key, s := range d.now {
		ck := concernKey{key.practice, s.subject.Theme}
		o := d.open[ck]
		if s.flagged && (o == nil || o.kept[key] == nil || o.kept[key].State != "open") {
			fresh[ck] = append(fresh[ck], key)
		}
	}
	for ck := range d.open {
		if fresh[ck] == nil {
			fresh[ck] = nil // visited as well
		}
	}
	for ck, keys := range fresh {
		if err := d.settleConcern(ctx, tx, ck, keys); err != nil {
			return err
		}
	}
	return nil
}

func (d *decision) settleConcern(ctx context.Context, tx *store.Tx, ck concernKey, fresh []signalKey) error {
	o, existed := d.open[ck]
	if !existed {
		o = &openConcern{Concern: Concern{ID: uuid.Must(uuid.NewV7()).String(), Practice: ck.practice, Theme: ck.theme, OpenedAt: tx.Now()}, kept: map[signalKey]*keptSignal{}}
		d.run.summary.Opened++
	}
	dirty := !existed || o.Moved != d.teller.moved(&o.Concern, d.threshold)
	for _, s := range o.kept {
		changed, err := d.refresh(ctx, tx, s, signalKey{ck.practice, s.Indicator, s.Kind})
		if err != nil {
			return err
		}
		dirty = dirty || changed
	}
	for _, key := range fresh {
		s := d.now[key]
		o.kept[key] = &keptSignal{Concern: o.ID, Indicator: key.indicator, Kind: key.kind, State: "open", OpenedAt: tx.Now()}
		o.kept[key].see(d.teller.signal(s), s.chance)
		dirty = true
	}
	if !dirty {
		d.run.summary.Open++
		return nil
	}
	return d.write(ctx, tx, o, existed)
}

// refresh brings one signal up to date and says whether it changed. An open signal
// closes when it has been calm for several reported periods on end; silence and alerts end when they end.
func (d *decision) refresh(ctx context.Context, tx *store.Tx, s *keptSignal, key signalKey) (bool, error) {
	if s.State != "open" {
		return false, nil
	}
	before := *s
	if seen, ok := d.now[key]; ok {
		s.see(d.teller.signal(seen), seen.chance)
		return *s != before, nil
	}
	study := d.watching(key)
	if study == nil || s.Kind == Silent || s.Kind == Alert {
		s.close(tx)
		return true, nil
	}
	if study.Latest.Compare(s.Latest) <= 0 {
		return false, nil
	}
	heard, err := d.heard(ctx, tx, key, s.Latest)
	if err != nil || heard.Compare(s.Latest) <= 0 {
		return false, err
	}
	s.Latest = heard
	if s.Calm++; s.Calm >= change.CloseAfter {
		s.close(tx)
	}
	return true, nil
}

// see takes what a signal says now.
func (s *keptSignal) see(signal Signal, chance float64) {
	s.Calm, s.Chance, s.Nature, s.Latest = 0, chance, signal.Nature, signal.latest
	text, _ := json.Marshal(signal) // plain strings and finite numbers cannot fail
	s.Body = string(text)
}

func (s *keptSignal) close(tx *store.Tx) { s.State, s.ClosedAt = "closed", tx.Now().String() }

// watching is the study in which the signal could have been seen again; nil when nobody looks any more, because the
// indicator was withdrawn or became mere context, or the practice has closed or left.
func (d *decision) watching(key signalKey) *Study {
	sub := d.teller.subjects[key.indicator]
	if sub == nil || sub.ContextOnly || !d.run.watch.over(key.practice) {
		return nil
	}
	return d.teller.studies[key.indicator]
}

// heard is the last period, from one on, in which the practice reported something usable: silence is not calm.
func (d *decision) heard(ctx context.Context, tx *store.Tx, key signalKey, from date.Period) (date.Period, error) {
	sub := d.teller.subjects[key.indicator]
	span := measure.Span{From: from}
	if unit := d.run.watch.directory.Units[key.practice]; unit != nil {
		span.Part = &unit.Part
	}
	g, err := measure.ReadGrid(ctx, tx, sub.Measure, span)
	if err != nil {
		return date.Period{}, err
	}
	row, _ := g.Find(key.practice)
	for p := len(row.Periods) - 1; p >= 0; p-- {
		if !measure.IsNone(sub.usable(row, p)) {
			return row.Periods[p], nil
		}
	}
	return date.Period{}, nil
}

func (d *decision) write(ctx context.Context, tx *store.Tx, o *openConcern, existed bool) error {
	c := &o.Concern
	c.ChangedAt = tx.Now()
	if !c.gather(o.kept) { // it keeps its last words
		c.State, c.ClosedAt = "closed", tx.Now().String()
		d.run.summary.Closed++
	} else {
		c.State = "open"
		c.Headline = d.teller.headline(c)
		c.Moved = d.teller.moved(c, d.threshold)
		d.run.summary.Open++
	}
	if err := keepConcern(ctx, tx, c, existed); err != nil {
		return err
	}
	for _, s := range o.kept {
		if err := keepSignal(ctx, tx, s); err != nil {
			return err
		}
	}
	return nil
}

// gather takes the open signals into the concern, gravest and least likely by chance first; false when none is open.
func (c *Concern) gather(kept map[signalKey]*keptSignal) bool {
	var open []Signal
	for _, s := range kept {
		if s.State != "open" {
			continue
		}
		var signal Signal
		if json.Unmarshal([]byte(s.Body), &signal) == nil {
			open = append(open, signal)
		}
	}
	if len(open) == 0 {
		return false
	}
	c.Signals = open
	slices.SortFunc(c.Signals, func(a, b Signal) int {
		return cmp.Or(gravity[a.Nature]-gravity[b.Nature], cmp.Compare(a.Chance, b.Chance), cmp.Compare(a.Indicator, b.Indicator), cmp.Compare(a.Kind, b.Kind))
	})
	c.Nature, c.Chance, c.Count = c.Signals[0].Nature, 1, len(c.Signals)
	var first date.Period
	for _, s := range c.Signals {
		c.Chance = math.Min(c.Chance, s.Chance)
		if began, err := date.ParsePeriod(s.Began); err == nil && (first.IsZero() || began.Compare(first) < 0) {
			first = began
		}
	}
	c.Began = first.String()
	return true
}

func keepConcern(ctx context.Context, tx *store.Tx, c *Concern, existed bool) error {
	body, err := json.Marshal(c.Telling)
	if err != nil {
		return err
	}
	if !existed {
		_, err = store.Exec(ctx, tx, `insert into concern (id, practice, theme, nature, gravity, state, headline, began, chance, signals, opened_at, changed_at, closed_at, body)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
			c.ID, c.Practice, c.Theme, c.Nature, gravity[c.Nature], c.State, c.Headline, c.Began, c.Chance, c.Count, c.OpenedAt, c.ChangedAt, c.ClosedAt, string(body))
		return err
	}
	_, err = store.Exec(ctx, tx, `update concern set nature = $2, gravity = $3, state = $4, headline = $5, began = $6, chance = $7, signals = $8, changed_at = $9, closed_at = $10, body = $11 where id = $1`,
		c.ID, c.Nature, gravity[c.Nature], c.State, c.Headline, c.Began, c.Chance, c.Count, c.ChangedAt, c.ClosedAt, string(body))
	return err
}

func keepSignal(ctx context.Context, tx *store.Tx, s *keptSignal) error {
	_, err := store.Exec(ctx, tx, `insert into concern_signal (concern, indicator, kind, nature, chance, latest, calm, state, opened_at, closed_at, body)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (concern, indicator, kind) do update set nature = excluded.nature, chance = excluded.chance, latest = excluded.latest,
    calm = excluded.calm, state = excluded.state, opened_at = excluded.opened_at, closed_at = excluded.closed_at, body = excluded.body`,
		s.Concern, s.Indicator, s.Kind, s.Nature, s.Chance, s.Latest.String(), s.Calm, s.State, s.OpenedAt, s.ClosedAt, s.Body)
	return err
}

func (d *decision) keepRun(ctx context.Context, tx *store.Tx) error {
	last, err := store.One[int64](ctx, tx, "select cast(coalesce(max(no), 0) as bigint) from monitor_run")
	if err != nil {
		return err
	}
	s := &d.run.summary
	s.Seconds = time.Since(d.run.started).Seconds()
	s.StartedAt = date.At(d.run.started)
	_, err = store.Exec(ctx, tx, `insert into monitor_run (no, started_at, seconds, practices, indicators, studied, series, judged, threshold, budget, opened, closed, open)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		last+1, s.StartedAt, s.Seconds, s.Practices, s.Indicators, s.Studied, s.Series, s.Judged, s.Threshold, s.Budget, s.Opened, s.Closed, s.Open)
	return err
}
