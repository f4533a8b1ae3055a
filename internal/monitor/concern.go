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
		for _, step := range []func(context.Context, *store.Tx) error{d.readOpen, d.settle, d.keepRun} {
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
	if f.Silent > 0 {
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
		o := &openConcern{Concern: c, kept: map[signalKey]*keptSignal{}}
		d.open[concernKey{c.Practice, c.Theme}], byID[c.ID] = o, o
	}
	signals, err := store.Collect[keptSignal](ctx, tx, `select s.concern, s.indicator, s.kind, s.nature, s.chance, s.latest, s.calm, s.state, s.opened_at, s.body
from concern_signal s join concern c on c.id = s.concern where c.state = 'open'`)
	for i := range signals {
		s := &signals[i]
		o := byID[s.Concern]
		o.kept[signalKey{o.Practice, s.Indicator, s.Kind}] = s
	}
	return err
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
	dirty := !existed
	for _, s := range o.kept {
		dirty = d.refresh(s, signalKey{ck.practice, s.Indicator, s.Kind}) || dirty
	}
	for _, key := range fresh {
		s := d.now[key]
		o.kept[key] = &keptSignal{Concern: o.ID, Indicator: key.indicator, Kind: key.kind, Latest: s.finding.Latest, State: "open", OpenedAt: tx.Now()}
		d.refresh(o.kept[key], key)
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
func (d *decision) refresh(s *keptSignal, key signalKey) bool {
	if s.State != "open" {
		return false
	}
	before := *s
	if seen, ok := d.now[key]; ok {
		signal := d.teller.signal(seen)
		s.Calm, s.Chance, s.Nature, s.Latest = 0, seen.chance, signal.Nature, signal.latest
		text, _ := json.Marshal(signal) // plain strings and finite numbers cannot fail
		s.Body = string(text)
		return *s != before
	}
	switch latest, watched := d.latestOf(key); {
	case !watched || s.Kind == Silent || s.Kind == Alert:
		s.State = "closed"
	case latest.Compare(s.Latest) > 0:
		s.Latest = latest
		if s.Calm++; s.Calm >= change.CloseAfter {
			s.State = "closed"
		}
	}
	return *s != before
}

// latestOf is the last period in which the signal could have been seen again; false
// when nobody looks any more, because the indicator was withdrawn or became mere context.
func (d *decision) latestOf(key signalKey) (date.Period, bool) {
	for i := range d.run.subjects {
		if d.run.subjects[i].Name == key.indicator && !d.run.subjects[i].ContextOnly {
			return d.run.studies[i].Latest, true
		}
	}
	return date.Period{}, false
}

func (d *decision) write(ctx context.Context, tx *store.Tx, o *openConcern, existed bool) error {
	c := &o.Concern
	c.gather(o.kept)
	c.ChangedAt = tx.Now()
	if len(c.Signals) == 0 {
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

// gather takes the open signals into the concern, gravest and least likely by chance first.
func (c *Concern) gather(kept map[signalKey]*keptSignal) {
	c.Signals = nil
	for _, s := range kept {
		if s.State != "open" {
			continue
		}
		var signal Signal
		if json.Unmarshal([]byte(s.Body), &signal) == nil {
			c.Signals = append(c.Signals, signal)
		}
	}
	slices.SortFunc(c.Signals, func(a, b Signal) int {
		return cmp.Or(gravity[a.Nature]-gravity[b.Nature], cmp.Compare(a.Chance, b.Chance), cmp.Compare(a.Indicator, b.Indicator), cmp.Compare(a.Kind, b.Kind))
	})
	if len(c.Signals) == 0 {
		return
	}
	c.Nature, c.Chance, c.Began, c.Count = c.Signals[0].Nature, 1, "", len(c.Signals)
	for _, s := range c.Signals {
		c.Chance = math.Min(c.Chance, s.Chance)
		if c.Began == "" || s.Began != "" && s.Began < c.Began {
			c.Began = s.Began
		}
	}
}

func keepConcern(ctx context.Context, tx *store.Tx, c *Concern, existed bool) error {
	body, err := json.Marshal(c.Telling)
	if err != nil {
		return err
	}
	if !existed {
		_, err = store.Exec(ctx, tx, `insert into concern (id, practice, theme, nature, state, headline, began, chance, signals, opened_at, changed_at, closed_at, body)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
			c.ID, c.Practice, c.Theme, c.Nature, c.State, c.Headline, c.Began, c.Chance, c.Count, c.OpenedAt, c.ChangedAt, c.ClosedAt, string(body))
		return err
	}
	_, err = store.Exec(ctx, tx, `update concern set nature = $2, state = $3, headline = $4, began = $5, chance = $6, signals = $7, changed_at = $8, closed_at = $9, body = $10 where id = $1`,
		c.ID, c.Nature, c.State, c.Headline, c.Began, c.Chance, c.Count, c.ChangedAt, c.ClosedAt, string(body))
	return err
}

func keepSignal(ctx context.Context, tx *store.Tx, s *keptSignal) error {
	closed := ""
	if s.State != "open" {
		closed = tx.Now().String()
	}
	_, err := store.Exec(ctx, tx, `insert into concern_signal (concern, indicator, kind, nature, chance, latest, calm, state, opened_at, closed_at, body)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict (concern, indicator, kind) do update set nature = excluded.nature, chance = excluded.chance, latest = excluded.latest,
    calm = excluded.calm, state = excluded.state, closed_at = excluded.closed_at, body = excluded.body`,
		s.Concern, s.Indicator, s.Kind, s.Nature, s.Chance, s.Latest.String(), s.Calm, s.State, s.OpenedAt, closed, s.Body)
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
