package monitor

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
	"ohp/internal/stats/change"
)

// Settings of a run.
type Settings struct {
	Measures   []measure.Measure // what the modules declare
	Indicators []Indicator       // the reviewed documents; nil means all of this package
	Budget     change.Budget
	// Afresh studies every indicator again, whether new files touched it or not.
	Afresh bool
	// Progress, when set, hears of each indicator studied.
	Progress func(done, total int)
	// Workers is how many indicators are studied at once; 0 means two.
	Workers int
}

// Summary says what a run did.
type Summary struct {
	Practices  int     `json:"practices" db:"practices"`
	Indicators int     `json:"indicators" db:"indicators"` // with figures
	Studied    int     `json:"studied" db:"studied"`       // of them, those that were touched since the last run
	Series     int     `json:"series" db:"series"`         // practice × indicator
	Judged     int     `json:"judged" db:"judged"`         // of them, those with enough data to judge a change
	Threshold  float64 `json:"threshold" db:"threshold"`   // chance at or under which a series is flagged
	Bound      float64 `json:"bound"`                      // the threshold that the budget alone would give; not stored
	Budget     float64 `json:"budget" db:"budget"`         // false concerns a month if all were steady
	Opened     int     `json:"opened" db:"opened"`
	Closed     int     `json:"closed" db:"closed"`
	Open       int     `json:"open" db:"open"`
	Seconds    float64 `json:"seconds" db:"seconds"`
	// StartedAt is when the run began.
	StartedAt date.Instant `json:"started_at" db:"started_at"`
}

// Run studies what new figures touched, spends the false-alarm budget over all
// series, and opens, updates and closes concerns. Run again without new figures it changes nothing.
func Run(ctx context.Context, db *store.DB, settings Settings) (Summary, error) {
	r := run{db: db, settings: settings, started: time.Now()}
	for _, step := range []func(context.Context) error{r.prepare, r.studyAll, r.decide} {
		if err := step(ctx); err != nil {
			return r.summary, err
		}
	}
	return r.summary, nil
}

type run struct {
	db       *store.DB
	settings Settings
	started  time.Time
	watch    watch
	subjects []subject
	basis    string // of the directory: who is watched and who is compared with whom
	studies  []Study
	summary  Summary
}

func (r *run) prepare(ctx context.Context) error {
	directory, err := measure.ReadDirectory(ctx, r.db)
	if err != nil {
		return err
	}
	_, members := directory.Partnership()
	r.watch = watch{directory: directory, members: members}
	indicators := r.settings.Indicators
	if indicators == nil {
		if indicators, err = Indicators(); err != nil {
			return err
		}
	}
	for _, in := range indicators {
		i := slices.IndexFunc(r.settings.Measures, func(m measure.Measure) bool { return m.Name == in.Measure })
		if i < 0 {
			continue
		}
		stored, err := store.One[bool](ctx, r.db, "select exists (select 1 from figure_part where measure = $1)", in.Measure)
		if err != nil {
			return err
		}
		if stored {
			r.subjects = append(r.subjects, subject{in, r.settings.Measures[i], r.watch})
		}
	}
	r.basis, err = r.directoryBasis(ctx)
	r.studies = make([]Study, len(r.subjects))
	return err
}

// directoryBasis changes whenever memberships or closures do.
func (r *run) directoryBasis(ctx context.Context) (string, error) {
	return store.One[string](ctx, r.db, `select cast((select count(*) from unit_group) as text) || '-' ||
    cast((select coalesce(max(source), 0) from unit_group) as text) || '-' || cast((select coalesce(max(source), 0) from unit) as text)`)
}

// basisOf names everything besides figures that a study rests on.
func (r *run) basisOf(sub subject) string {
	text := fmt.Sprintf("%d %+v %+v %s", studyVersion, withoutSections(sub.Indicator), sub.measure, r.basis)
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// studyVersion is raised when the method changes, so that everything is studied again.
const studyVersion = 5

func withoutSections(in Indicator) Indicator {
	in.Sections = nil
	return in
}

// studyAll studies the indicators that are touched, several at once, and recalls the others.
func (r *run) studyAll(ctx context.Context) error {
	kept, err := r.recall(ctx)
	if err != nil {
		return err
	}
	var touched []int
	for i, sub := range r.subjects {
		if st, ok := kept[sub.Name]; ok && !r.settings.Afresh {
			r.studies[i] = st
			continue
		}
		touched = append(touched, i)
	}
	r.summary.Studied = len(touched)
	if err := r.studyTouched(ctx, touched); err != nil {
		return err
	}
	return r.keep(ctx, touched)
}

func (r *run) studyTouched(ctx context.Context, touched []int) error {
	workers := r.settings.Workers
	if workers == 0 {
		workers = 2
	}
	next := make(chan int)
	errs := make(chan error, workers)
	var group sync.WaitGroup
	var progress sync.Mutex
	done := 0
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range workers {
		group.Go(func() {
			s := newStudent()
			for i := range next {
				if err := r.studyOne(ctx, s, i); err != nil {
					errs <- err
					cancel()
					return
				}
				progress.Lock()
				if done++; r.settings.Progress != nil {
					r.settings.Progress(done, len(touched))
				}
				progress.Unlock()
			}
		})
	}
feed:
	for _, i := range touched {
		select {
		case next <- i:
		case <-ctx.Done():
			break feed
		}
	}
	close(next)
	group.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return ctx.Err()
	}
}

func (r *run) studyOne(ctx context.Context, s *student, i int) error {
	sub := r.subjects[i]
	g, err := s.reader.Read(ctx, r.db, sub.Measure, measure.Span{})
	if err != nil {
		return fmt.Errorf("%s: %w", sub.Name, err)
	}
	r.studies[i] = s.study(sub, g)
	r.studies[i].Basis = r.basisOf(sub)
	return nil
}

// studyRow is a row of monitor_study.
type studyRow struct {
	Indicator string      `db:"indicator"`
	Stamp     int64       `db:"stamp"`
	Basis     string      `db:"basis"`
	Latest    date.Period `db:"latest"`
	Shared    string      `db:"shared"`
	Units     int         `db:"units"`
	Judged    int         `db:"judged"`
	Placed    int         `db:"placed"`
	Body      string      `db:"body"`
}

func (row studyRow) study() (Study, error) {
	st := Study{Indicator: row.Indicator, Stamp: row.Stamp, Basis: row.Basis, Latest: row.Latest, Units: row.Units, Judged: row.Judged, Placed: row.Placed}
	if row.Shared != "" {
		if err := json.Unmarshal([]byte(row.Shared), &st.Shared); err != nil {
			return st, err
		}
	}
	return st, json.Unmarshal([]byte(row.Body), &st.Findings)
}

// recall returns the stored studies that still stand.
func (r *run) recall(ctx context.Context) (map[string]Study, error) {
	rows, err := store.Collect[studyRow](ctx, r.db, "select indicator, stamp, basis, latest, shared, units, judged, placed, body from monitor_study")
	if err != nil {
		return nil, err
	}
	newest, err := r.newest(ctx, rows)
	if err != nil {
		return nil, err
	}
	kept := map[string]Study{}
	for _, row := range rows {
		i := slices.IndexFunc(r.subjects, func(s subject) bool { return s.Name == row.Indicator })
		if i < 0 || row.Basis != r.basisOf(r.subjects[i]) || newest[r.subjects[i].Measure] > row.Stamp {
			continue
		}
		if kept[row.Indicator], err = row.study(); err != nil {
			return nil, fmt.Errorf("the stored study of %s cannot be read (%w); run again with --afresh", row.Indicator, err)
		}
	}
	return kept, nil
}

// newest returns the last file that changed figures of each measure, as far as it is newer than the oldest study.
func (r *run) newest(ctx context.Context, rows []studyRow) (map[string]int64, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	oldest := slices.MinFunc(rows, func(a, b studyRow) int { return cmp.Compare(a.Stamp, b.Stamp) }).Stamp
	type stamped struct {
		Measure string `db:"measure"`
		Stamp   int64  `db:"stamp"`
	}
	changed, err := store.Collect[stamped](ctx, r.db, "select measure, max(stamp) as stamp from figure_part where stamp > $1 group by measure", oldest)
	newest := map[string]int64{}
	for _, c := range changed {
		newest[c.Measure] = c.Stamp
	}
	return newest, err
}

func (r *run) keep(ctx context.Context, touched []int) error {
	if len(touched) == 0 {
		return nil
	}
	return r.db.Transact(ctx, func(ctx context.Context, tx *store.Tx) error {
		for _, i := range touched {
			if err := keepStudy(ctx, tx, r.studies[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func keepStudy(ctx context.Context, tx *store.Tx, st Study) error {
	body, err := json.Marshal(st.Findings)
	if err != nil {
		return fmt.Errorf("%s: %w", st.Indicator, err)
	}
	shared := ""
	if st.Shared != nil {
		text, err := json.Marshal(st.Shared)
		if err != nil {
			return err
		}
		shared = string(text)
	}
	_, err = store.Exec(ctx, tx, `insert into monitor_study (indicator, stamp, basis, latest, shared, units, judged, placed, studied_at, body)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (indicator) do update set stamp = excluded.stamp, basis = excluded.basis, latest = excluded.latest, shared = excluded.shared,
    units = excluded.units, judged = excluded.judged, placed = excluded.placed, studied_at = excluded.studied_at, body = excluded.body`,
		st.Indicator, st.Stamp, st.Basis, st.Latest.String(), shared, st.Units, st.Judged, st.Placed, tx.Now(), string(body))
	return err
}

// threshold spends the budget over every series that was judged, in time and in place.
func (r *run) threshold() float64 {
	var p []float64
	for _, st := range r.studies {
		r.summary.Series += st.Units
		r.summary.Judged += st.Judged
		r.summary.Practices = max(r.summary.Practices, st.Units)
		unremarkable := st.Judged + st.Placed
		for _, f := range st.Findings {
			if f.Judged() {
				p = append(p, f.P)
				unremarkable--
			}
			if f.PlaceN > 0 {
				p = append(p, f.PlaceP)
				unremarkable--
			}
		}
		for range unremarkable {
			p = append(p, 1)
		}
	}
	r.summary.Indicators = len(r.studies)
	r.summary.Bound = r.settings.Budget.Bound(len(p))
	return r.settings.Budget.Threshold(p)
}

// tooFew says what a series needs.
func tooFew(has, needs int) string {
	periods := "periods have"
	if has == 1 {
		periods = "period has"
	}
	if has == 0 {
		return fmt.Sprintf("nothing usable was reported; %d periods are needed", needs)
	}
	return fmt.Sprintf("only %d %s been reported; %d are needed", has, periods, needs)
}

// sentence joins words and ends them with a full stop.
func sentence(parts ...string) string {
	text := strings.TrimSpace(strings.Join(parts, " "))
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
