package spc

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// monthly draws series of 36 months as practices have them: one decimal place, noise
// about a level, in every fourth a shift, in every ninth a drift.
func monthly(count, points int) [][]float64 {
	r := rand.New(rand.NewPCG(1, 2))
	all := make([][]float64, count)
	for k := range all {
		all[k] = make([]float64, points)
		for i := range all[k] {
			v := 50 + 5*r.NormFloat64()
			if k%4 == 0 && i > points/2 {
				v += 6
			}
			if k%9 == 0 {
				v += float64(i) / 3
			}
			all[k][i] = math.Round(v*10) / 10
		}
	}
	return all
}

// test is what testing and rapid have in common.
type test interface {
	Helper()
	Fatal(...any)
}

func engine(t test, p Profile) *Engine {
	t.Helper()
	e, err := NewEngine(p)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// BenchmarkXmR36 is the whole rule set of nhsr-0.2.2 on one series of 36 points.
func BenchmarkXmR36(b *testing.B) {
	series := monthly(1000, 36)
	e := engine(b, NHSR022)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		e.XmR(series[i%len(series)], Settings{Improvement: Decrease, Target: TargetOf(45)})
		i++
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "series/s")
}

// BenchmarkXmR36TwoEngines is the same with an engine on each of two goroutines.
func BenchmarkXmR36TwoEngines(b *testing.B) {
	series := monthly(1000, 36)
	engines := []*Engine{engine(b, NHSR022), engine(b, NHSR022)}
	b.ResetTimer()
	var both sync.WaitGroup
	for g, e := range engines {
		both.Go(func() {
			for i := g; i < b.N; i += 2 {
				e.XmR(series[i%len(series)], Settings{})
			}
		})
	}
	both.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "series/s")
}
