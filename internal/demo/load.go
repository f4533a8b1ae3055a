package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"ohp/internal/kernel/date"
	"ohp/internal/kernel/errs"
	"ohp/internal/kernel/measure"
	"ohp/internal/kernel/store"
)

// asAt is the date as at which the demonstration is stated.
var asAt = date.New(2026, time.October, 15)

// files are the loads, as if each were a file, with what it holds.
var files = []struct{ name, holds string }{
	{"directory", "practices, networks and places"},
	{"lists", "registered patients"},
	{"access", "online consultations, calls and appointments"},
	{"care", "treatment, screening and vaccination"},
	{"experience", "complaints, compliments and patients' answers"},
	{"safety", "learning events, test results and medicines"},
	{"people", "staff, training, policies and money"},
	{"yearly", "registers of long-term conditions, ratings and posts of the networks"},
}

// Loads are the demonstration's figures as so many files would state them,
// the directory first. Every call gives the same.
func Loads() []*measure.Load {
	figures := everything()
	var list []*measure.Load
	for _, f := range files {
		l := &measure.Load{File: measure.SourceFile{
			Name:        "demonstration-" + f.name + "-2026-09.json",
			Format:      "demonstration",
			Publication: source + ": " + f.holds,
			Publisher:   Name,
			Licence:     "Invented; no rights are claimed",
			AsAt:        asAt,
			Note:        "Invented figures, made by this program from a fixed seed. There is no such file; rows are counted as if there were.",
		}}
		if f.name == "directory" {
			addDirectory(l)
		}
		for _, series := range figures[f.name] {
			addSeries(l, series)
		}
		seal(l)
		list = append(list, l)
	}
	return list
}

// addSeries adds the figures of one measure under a place of its own.
func addSeries(l *measure.Load, series []measure.Figure) {
	for i, f := range series {
		if f.Status == measure.Missing {
			continue // what is missing has no row
		}
		f.Row = i + 2
		l.Figure(f.Measure, f)
		if l.File.PeriodFrom.IsZero() || f.Period.Start().Before(l.File.PeriodFrom.Start()) {
			l.File.PeriodFrom = f.Period
		}
		if l.File.PeriodTo.IsZero() || f.Period.End().After(l.File.PeriodTo.End()) {
			l.File.PeriodTo = f.Period
		}
	}
}

// seal gives the load the size and checksum of its content written out.
func seal(l *measure.Load) {
	var b strings.Builder
	fmt.Fprintln(&b, l.File.Name, seed)
	for _, u := range l.Units() {
		fmt.Fprintln(&b, u)
	}
	for _, m := range l.Memberships() {
		fmt.Fprintln(&b, m)
	}
	for _, a := range l.Attributes() {
		fmt.Fprintln(&b, a)
	}
	l.EachFigure(func(place string, f measure.Figure) { fmt.Fprintln(&b, place, f) })
	sum := sha256.Sum256([]byte(b.String()))
	l.File.SHA256, l.File.Bytes = hex.EncodeToString(sum[:]), int64(b.Len())
	l.File.Rows = l.Figures() + len(l.Units())
}

// everything makes all figures, by the file that they belong to.
func everything() map[string][][]measure.Figure {
	all := map[string][][]measure.Figure{
		"lists":  {listSizes()},
		"access": telephony(),
		"yearly": yearly(),
	}
	for _, r := range recipes {
		if r.name == "online-consultations" {
			all[r.file] = append(all[r.file], online()...)
			continue
		}
		made := r.series()
		all[r.file] = append(all[r.file], made)
		switch r.name {
		case "complaints":
			all[r.file] = append(all[r.file], part{name: "complaints-acknowledged", of: made, from: First, share: .95, spread: .3, over: numerator}.figures())
		case "learning-events":
			all[r.file] = append(all[r.file], part{name: "harm-events", of: made, from: First, share: .06, spread: .2, over: denominator}.figures())
		}
	}
	return all
}

func listSizes() []measure.Figure {
	var list []measure.Figure
	for _, p := range Practices {
		for at := firstLong; at.Compare(Last) <= 0; at = at.Next() {
			list = append(list, measure.Figure{Measure: "list-size", Unit: p.Code, Period: at, Numerator: patients(p, at), Denominator: measure.None, Value: measure.None})
		}
	}
	return list
}

// Create puts the demonstration into an empty database whose published measures
// are declared already. It refuses a database that holds any other source.
func Create(ctx context.Context, db *store.DB) error {
	strange, err := store.Collect[string](ctx, db, "select name from source_file where format <> 'demonstration' order by no limit 1")
	if err != nil {
		return err
	}
	if len(strange) > 0 {
		return errs.New(errs.Conflict, "The demonstration is not added, because this database holds published data (%s): real practices and invented events must not meet. Name another database.", strange[0])
	}
	if err := measure.Declare(ctx, db, Measures()); err != nil {
		return err
	}
	for _, l := range Loads() {
		if _, err := measure.Store(ctx, db, l); err != nil {
			return fmt.Errorf("%s: %w", l.File.Name, err)
		}
	}
	return nil
}
