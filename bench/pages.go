package main

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	"ohp/internal/app"
	"ohp/internal/kernel/store"
	"ohp/internal/monitor"
)

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
	concerns, err := monitor.Concerns(ctx, c.db, monitor.ConcernFilter{Limit: 1})
	if err != nil || len(concerns) == 0 {
		return fmt.Errorf("no concern to show (%w)", err)
	}
	indicator, practice := c.indicators[0].Name, practiceCode(3100)
	floor, err := clients(floorHandler(c.db), "/")
	if err != nil {
		return err
	}
	fmt.Printf("%-60s p50 %6.2f ms  p99 %6.2f ms\n", "floor: one indexed query and a template", ms(floor, 50), ms(floor, 99))
	for _, path := range []string{"/concerns", "/concerns/" + concerns[0].ID, "/practices", "/practices?sort=concerns", "/practices/" + practice, "/practices/" + practice + "/" + indicator,
		"/indicators", "/indicators/" + indicator, "/data", "/data/1", "/methods", "/methods/funnels"} {
		times, err := clients(handler, path)
		if err != nil {
			return err
		}
		fmt.Printf("%-60s p50 %6.2f ms  p99 %6.2f ms  (%.1f times the floor's median)\n", path, ms(times, 50), ms(times, 99), ms(times, 50)/ms(floor, 50))
	}
	return nil
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

// clients is how long 8 clients wait for a page, 125 times each, over loopback.
func clients(handler http.Handler, path string) ([]time.Duration, error) {
	const at, each = 8, 125
	server := httptest.NewServer(handler)
	defer server.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: at}}
	if err := get(client, server.URL+path); err != nil { // the first request warms the database's cache
		return nil, err
	}
	times := make([]time.Duration, at*each)
	errs := make(chan error, at)
	var group sync.WaitGroup
	for n := range at {
		group.Go(func() {
			for i := range each {
				started := time.Now()
				if err := get(client, server.URL+path); err != nil {
					errs <- err
					return
				}
				times[n*each+i] = time.Since(started)
			}
		})
	}
	group.Wait()
	close(errs)
	slices.Sort(times)
	return times, <-errs
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
