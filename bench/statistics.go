package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"ohp/internal/stats/spc"
)

// statistics counts how many series of 36 points two goroutines read with the whole rule set.
// The R package's fastest configuration (one faceted call, two processes, two cores) reads 300 to 550 a second.
func statistics(context.Context) error {
	const series, points, rounds = 20000, 36, 40
	data := make([][]float64, series)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range data {
		data[i] = make([]float64, points)
		for j := range data[i] {
			data[i][j] = float64(int(100 + 15*r.NormFloat64()))
		}
	}
	best := 0.0
	for range 5 {
		best = max(best, readAll(data, rounds))
	}
	fmt.Printf("XmR, all rules, icons: %.0f series of %d points a second on two goroutines (best of 5)\n", best, points)
	fmt.Printf("  = %.0f times the R package's 550 a second, %.0f times its 300\n", best/550, best/300)
	return nil
}

func readAll(data [][]float64, rounds int) float64 {
	started := time.Now()
	var group sync.WaitGroup
	half := len(data) / 2
	for _, part := range [][][]float64{data[:half], data[half:]} {
		group.Go(func() {
			engine, err := spc.NewEngine(spc.NHSR022)
			if err != nil {
				panic(err) // the profile is the program's own
			}
			for range rounds {
				for _, y := range part {
					engine.XmR(y, spc.Settings{})
				}
			}
		})
	}
	group.Wait()
	return float64(len(data)*rounds) / time.Since(started).Seconds()
}
