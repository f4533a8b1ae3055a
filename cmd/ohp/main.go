// Command ohp is the operating platform of a super-partnership of general practices.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"ohp/internal/app"
	"ohp/internal/kernel/config"
)

// commands are the verbs of the command line with their flags and environment variables.
type commands struct {
	Serve    serve    `cmd:"" help:"Answer on an address of this machine, for a browser."`
	Import   importer `cmd:"" help:"Load published NHS files; each is recognised by its content."`
	Figures  figures  `cmd:"" help:"Print stored figures as CSV, with their sources."`
	Monitor  watcher  `cmd:"" help:"Study what new data touched and print the concerns."`
	Chart    charter  `cmd:"" help:"Draw any table of dates and values, of numerators and denominators, or of the dates of events, as a chart."`
	Simulate simulate `cmd:"" help:"Prove the false-alarm budget on invented partnerships, beside other rules."`
	Conform  conform  `cmd:"" help:"Hold the statistics against cases of the accepted tools."`
	Demo     demo     `cmd:"" help:"Create a database of demonstration data."`
	Migrate  migrate  `cmd:"" help:"Bring a database's tables up to date (every command does so by itself)."`
}

// database is the flag that most commands share.
type database struct {
	Database string `help:"SQLite file, or a PostgreSQL connection string." default:"var/ohp.db" env:"OHP_DATABASE" placeholder:"PATH|DSN"`
}

type serve struct{ config.Config }

func (c serve) Run(ctx context.Context) error { return app.Serve(ctx, c.Config, os.Stdout) }

type importer struct {
	database
	Paths    []string `arg:"" name:"path" help:"Files and folders."`
	Period   string   `help:"Period of files that do not say theirs: 2025-10, 2025-Q4, 2024/25 or 2026-07-01."`
	Rejected int      `help:"How many rejected rows of each file to print." default:"10"`
	Quiet    bool     `help:"Show no progress." short:"q"`
}

func (c importer) Run(ctx context.Context) error {
	return app.Import{Database: c.Database, Paths: c.Paths, Period: c.Period, Rejected: c.Rejected, Quiet: c.Quiet}.Run(ctx, os.Stdout, progress())
}

type figures struct {
	database
	Practice  []string `help:"Codes of practices (or PCNs)." sep:","`
	Indicator []string `help:"Names of indicators." sep:","`
	Period    string   `help:"One period only."`
	From      string   `help:"First period: 2025-10, 2024/25 …"`
	To        string   `help:"Last period."`
	Source    string   `help:"Part of a source file's name."`
	Names     bool     `help:"List the names of what is measured instead."`
}

func (c figures) Run(ctx context.Context) error {
	f := app.Figures{Database: c.Database, Practices: c.Practice, Indicators: c.Indicator, From: c.From, To: c.To, Source: c.Source}
	if c.Period != "" {
		f.From, f.To = c.Period, c.Period
	}
	if c.Names {
		return f.Names(ctx, os.Stdout)
	}
	return f.Run(ctx, os.Stdout)
}

type watcher struct {
	database
	JSON     bool    `help:"Print JSON."`
	Long     bool    `help:"Print every word of each concern." short:"l"`
	All      bool    `help:"Closed concerns as well."`
	Practice string  `help:"Concerns of one practice."`
	Theme    string  `help:"Concerns of one theme."`
	Budget   float64 `help:"False concerns a month that a truly steady partnership may see, from 0.1 to 100. What a larger budget opened stays open until it is calm." default:"1"`
	Afresh   bool    `help:"Study every indicator again, not only those that new data touched."`
}

func (c watcher) Run(ctx context.Context) error {
	return app.Monitor{Database: c.Database, JSON: c.JSON, Long: c.Long, All: c.All, Practice: c.Practice, Theme: c.Theme, Budget: c.Budget, Afresh: c.Afresh}.
		Run(ctx, os.Stdout, progress())
}

type charter struct {
	File        string   `arg:"" help:"A table with a column of dates: CSV, or a workbook; - reads the standard input."`
	Kind        string   `help:"auto, xmr, run, i, mr, ip, p, pp, u, up, c, g or t." default:"auto"`
	Profile     string   `help:"Rules for special causes: nhsr-0.2.2, powerbi-spc or mdc-excel-2023." default:"nhsr-0.2.2"`
	Direction   string   `help:"Which is better: higher, lower or neither." default:"higher"`
	Target      *float64 `help:"A value to reach, in the chart's scale."`
	Rebase      []string `help:"Dates from which limits are calculated anew." sep:","`
	FixAfter    int      `help:"Limits from so many first points only."`
	Per         float64  `help:"Scale of numerator over denominator (100 for shares and 1 for rates, unless given)."`
	Title       string   `help:"Title (the file's name, unless given)."`
	Out         string   `help:"Write the drawing to this file, as SVG; - writes it to the standard output instead of a table." placeholder:"CHART.svg" short:"o"`
	JSON        bool     `help:"Print JSON." xor:"print"`
	Table       bool     `help:"Print a table (as it does unless told otherwise)." xor:"print"`
	Date        string   `help:"Header of the column of dates, where it is not told by its name."`
	Value       string   `help:"Header of the column of values."`
	Numerator   string   `help:"Header of the column of numerators."`
	Denominator string   `help:"Header of the column of denominators."`
}

func (c charter) Run() error {
	return app.Chart{File: c.File, Kind: c.Kind, Profile: c.Profile, Direction: c.Direction, Target: c.Target, Rebase: c.Rebase, FixAfter: c.FixAfter, Per: c.Per,
		Title: c.Title, Out: c.Out, JSON: c.JSON, Date: c.Date, Value: c.Value, Numerator: c.Numerator, Denominator: c.Denominator}.Run(os.Stdout)
}

type simulate struct {
	Full         bool     `help:"Minutes instead of seconds: what the documentation quotes."`
	Seed         *uint64  `help:"Seed of the random numbers." default:"1"`
	Budget       *float64 `help:"False concerns a month accepted." default:"1"`
	Practices    *int     `help:"Practices of the partnership."`
	Indicators   *int     `help:"Indicators of each practice."`
	Partnerships *int     `help:"How many steady partnerships to invent: at least two."`
	JSON         bool     `help:"Print JSON."`
}

func (c simulate) Run(ctx context.Context) error {
	return app.Simulate{Full: c.Full, JSON: c.JSON, Seed: c.Seed, Budget: c.Budget, Practices: c.Practices, Indicators: c.Indicators, Partnerships: c.Partnerships}.
		Run(ctx, os.Stdout, progress())
}

type conform struct {
	Dir string `arg:"" help:"Folder of cases (schema spc-oracle/1)."`
}

func (c conform) Run() error { return app.Conform(c.Dir, os.Stdout) }

type demo struct {
	database
}

func (c demo) Run(ctx context.Context) error { return app.CreateDemo(ctx, c.Database, os.Stdout) }

type migrate struct {
	database
}

func (c migrate) Run(ctx context.Context) error { return app.Migrate(ctx, c.Database, os.Stdout) }

// progress goes to a terminal only, so that logs stay readable.
func progress() io.Writer {
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return os.Stderr
	}
	return io.Discard
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var c commands
	parsed := kong.Parse(&c, kong.Name("ohp"), kong.Description("The operating platform of a super-partnership of general practices."),
		kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)))
	if err := parsed.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "ohp:", err)
		stop()
		os.Exit(1)
	}
}
