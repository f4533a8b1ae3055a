package main

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"ohp/internal/app"
	"ohp/internal/kernel/store"
	"ohp/internal/monitor"
)

// asked is a kind of page with the addresses that are asked for in turn: one address alone would measure what is kept of it.
type asked struct {
	name      string
	addresses []string
}

// pages asks for every page of a national database, 8 clients at once.
func pages(ctx context.Context) error {
	e := england{6200, 30, 36}
	c, err := e.open(ctx, "pages", e.months, false)
	if err != nil {
		return err
	}
	if _, _, err := c.monitor(ctx); err != nil {
		return err
	}
	handler, err := app.Handler(ctx, c.db)
	if err != nil {
		return err
	}
	all, err := c.asked(ctx)
	if err != nil {
		return err
	}
	floor, err := measured(floorHandler(c.db), []string{"/"})
	if err != nil {
		return err
	}
	fmt.Printf("%-42s p50 %6.2f ms  p99 %6.2f ms\n", "floor: one indexed query and a template", ms(floor.again, 50), ms(floor.again, 99))
	for _, a := range all {
		t, err := measured(handler, a.addresses)
		if err != nil {
			return err
		}
		fmt.Printf("%-42s p50 %6.2f ms  p99 %6.2f ms  (%.1f times the floor’s median); first visits p50 %6.2f ms, longest %6.2f ms\n",
			fmt.Sprintf("%s (%d addresses)", a.name, len(a.addresses)), ms(t.again, 50), ms(t.again, 99), ms(t.again, 50)/ms(floor.again, 50), ms(t.first, 50), ms(t.first, 100))
	}
	return nil
}

// asked lists the pages: 50 practices from all over the country, every indicator, the gravest concerns.
func (c *country) asked(ctx context.Context) ([]asked, error) {
	concerns, err := monitor.Concerns(ctx, c.db, monitor.ConcernFilter{Limit: 50})
	if err != nil || len(concerns) == 0 {
		return nil, fmt.Errorf("no concern to show (%w)", err)
	}
	var concern, practice, chart, indicator []string
	for _, x := range concerns {
		concern = append(concern, "/concerns/"+x.ID)
	}
	for i := range 50 {
		at := "/practices/" + practiceCode(i*(c.practices/50))
		practice = append(practice, at)
		chart = append(chart, at+"/"+c.indicators[i%len(c.indicators)].Name)
	}
	for _, in := range c.indicators {
		indicator = append(indicator, "/indicators/"+in.Name)
	}
	return []asked{
		{"/concerns", []string{"/concerns"}}, {"/concerns?page=", numbered("/concerns?page=", 10)}, {"/concerns/{id}", concern},
		{"/practices", []string{"/practices"}}, {"/practices?page=", numbered("/practices?page=", 50)}, {"/practices?sort=concerns", []string{"/practices?sort=concerns"}},
		{"/practices/{code}", practice}, {"/practices/{code}/{indicator}", chart}, {"/indicators", []string{"/indicators"}}, {"/indicators/{name}", indicator},
		{"/data", []string{"/data"}}, {"/data/{no}", numbered("/data/", 50)}, {"/methods", []string{"/methods"}}, {"/methods/{name}", []string{"/methods/funnels"}},
	}, nil
}

func numbered(address string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = address + strconv.Itoa(i+1)
	}
	return all
}

var floorTemplate = template.Must(template.New("floor").Parse(`<!DOCTYPE html><html lang="en-GB"><title>Concerns</title><ol>{{range .}}<li>{{.}}</li>{{end}}</ol></html>`))

// floorHandler is what a Concerns page cannot be quicker than.
func floorHandler(db *store.DB) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rows, err := store.Collect[string](r.Context(), db, "select headline from concern where state = 'open' and nature = 'worse' order by chance, id limit 25")
		if err == nil {
			err = floorTemplate.Execute(w, rows)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
}

// times are how long clients waited, ascending: for addresses that nobody had asked for before, and later.
type times struct{ first, again []time.Duration }

// measured is how long 8 clients wait over loopback: first for every address once, then 1,000 times for the addresses in turn.
func measured(handler http.Handler, addresses []string) (times, error) {
	server := httptest.NewServer(handler)
	defer server.Close()
	first, err := clients(server.URL, addresses, len(addresses))
	if err != nil {
		return times{}, err
	}
	again, err := clients(server.URL, addresses, 1000)
	return times{first, again}, err
}

// clients share n requests among 8, each taking the next address.
func clients(server string, addresses []string, n int) ([]time.Duration, error) {
	const at = 8
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: at}}
	defer client.CloseIdleConnections()
	waits := make([]time.Duration, n)
	errs := make(chan error, at)
	var next atomic.Int64
	var group sync.WaitGroup
	for range at {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				started := time.Now()
				if err := get(client, server+addresses[i%len(addresses)]); err != nil {
					errs <- err
					return
				}
				waits[i] = time.Since(started)
			}
		})
	}
	group.Wait()
	close(errs)
	slices.Sort(waits)
	return waits, <-errs
}

func get(client *http.Client, url string) error {
	r, err := client.Get(url)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	var sink [32 << 10]byte
	for err == nil {
		_, err = r.Body.Read(sink[:])
	}
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, r.Status)
	}
	return nil
}

func ms(times []time.Duration, percentile int) float64 {
	return float64(times[(len(times)-1)*percentile/100].Microseconds()) / 1000
}
