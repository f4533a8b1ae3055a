package monitor

import (
	"context"
	"encoding/json"
	"fmt"

	"ohp/internal/kernel/store"
)

// ConcernFilter chooses concerns; empty fields choose all that are open.
type ConcernFilter struct {
	Practice, Theme, Nature string
	State                   string // "open" when empty, "closed", or "all"
	Limit, Offset           int    // Limit 0: all
}

func (f ConcernFilter) where() *store.Filter {
	w := store.NewFilter()
	if f.State == "" {
		f.State = "open"
	}
	if f.State != "all" {
		w.And("c.state = ?", f.State)
	}
	for _, c := range [][2]string{{"c.practice", f.Practice}, {"c.theme", f.Theme}} {
		if c[1] != "" {
			w.And(c[0]+" = ?", c[1])
		}
	}
	if f.Nature != "" {
		w.And("c.gravity = ?", gravity[f.Nature])
	}
	return w
}

const concernColumns = `select c.id, c.practice, coalesce(u.name, '') as name, c.theme, c.nature, c.state, c.headline, c.began, c.chance, c.signals,
    c.opened_at, c.changed_at, c.closed_at, c.body
from concern c left join unit u on u.code = c.practice where 1 = 1`

// inOrder puts what is worse first, then what is least likely by chance.
const inOrder = " order by c.gravity, c.chance, c.id"

// Concerns returns the concerns chosen, gravest first.
func Concerns(ctx context.Context, q store.Queryer, f ConcernFilter) ([]Concern, error) {
	w := f.where()
	limits := ""
	if f.Limit > 0 {
		limits = " limit " + itoa(f.Limit) + " offset " + itoa(f.Offset)
	}
	concerns, err := store.Collect[Concern](ctx, q, concernColumns+w.SQL()+inOrder+limits, w.Args()...)
	for i := range concerns {
		if err := concerns[i].read(); err != nil {
			return nil, err
		}
	}
	return concerns, err
}

// ConcernByID returns one concern; store.ErrNotFound when there is none.
func ConcernByID(ctx context.Context, q store.Queryer, id string) (Concern, error) {
	c, err := store.One[Concern](ctx, q, concernColumns+" and c.id = $1", id)
	if err != nil {
		return c, err
	}
	return c, c.read()
}

func (c *Concern) read() error {
	if c.Name == "" {
		c.Name = c.Practice
	}
	return json.Unmarshal([]byte(c.Body), &c.Telling)
}

// countConcerns counts the concerns chosen, by nature.
func countConcerns(ctx context.Context, q store.Queryer, f ConcernFilter) (map[string]int, error) {
	type row struct {
		Gravity int `db:"gravity"`
		N       int `db:"n"`
	}
	w := f.where()
	rows, err := store.Collect[row](ctx, q, "select c.gravity, count(*) as n from concern c where 1 = 1"+w.SQL()+" group by c.gravity", w.Args()...)
	counts := map[string]int{}
	for _, r := range rows {
		for nature, g := range gravity {
			if g == r.Gravity {
				counts[nature] = r.N
			}
		}
	}
	return counts, err
}

// LastRun returns what the last run did; store.ErrNotFound when there was none.
func LastRun(ctx context.Context, q store.Queryer) (Summary, error) {
	return store.One[Summary](ctx, q, `select practices, indicators, studied, series, judged, threshold, budget, opened, closed, open, seconds, started_at
from monitor_run where no = (select max(no) from monitor_run)`)
}

// Note is a change that most practices made together, told once.
type Note struct {
	Indicator Indicator
	Step      SharedStep
	Words     string // a clause: "higher since October 2025, by 54%, at all of 33 practices"
}

// Notes returns what all practices share, as the last run found it.
func Notes(ctx context.Context, q store.Queryer) ([]Note, error) {
	type row struct {
		Indicator string `db:"indicator"`
		Shared    string `db:"shared"`
	}
	rows, err := store.Collect[row](ctx, q, "select indicator, shared from monitor_study where shared <> '' order by indicator")
	if err != nil {
		return nil, err
	}
	var notes []Note
	for _, r := range rows {
		in, err := IndicatorNamed(r.Indicator)
		if err != nil {
			continue // the indicator's document is gone; so is its note
		}
		n, err := readNote(in, r.Shared)
		if err != nil {
			return nil, err
		}
		notes = append(notes, n)
	}
	return notes, nil
}

// readNote reads what is stored of a shared step.
func readNote(in Indicator, stored string) (Note, error) {
	n := Note{Indicator: in}
	if err := json.Unmarshal([]byte(stored), &n.Step); err != nil {
		return n, fmt.Errorf("the stored step of %s: %w", in.Name, err)
	}
	n.Words = stepWords(&subject{Indicator: in}, &n.Step)
	return n, nil
}
