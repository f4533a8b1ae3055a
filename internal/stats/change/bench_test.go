package change

import (
	"math/rand/v2"
	"syscall"
	"testing"
)

// steadySeries draws 512 steady series of 36 months of one kind.
func steadySeries(kind Kind) []Series {
	c := newChance(7, uint64(kind))
	m := steadyMix(3)[kind]
	group := make([]Series, 512)
	for i := range group {
		group[i] = draw(m, 2000+18000*rand.New(c.src).Float64(), 36, step{month: never}, c)
	}
	return group
}

// processorTime is what this process has used, in nanoseconds: on a shared machine the only fair clock.
func processorTime() int64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

// BenchmarkScan is one steady series of 36 points, the common case of a monitor run.
func BenchmarkScan(b *testing.B) {
	for kind := Rate; kind <= Measurement; kind++ {
		b.Run(kind.String(), func(b *testing.B) {
			group := steadySeries(kind)
			d := NewDetector(36)
			o := Options{Prior: d.LearnPrior(group)}
			b.ReportAllocs()
			began, i := processorTime(), 0
			for b.Loop() {
				d.Scan(group[i%len(group)], o)
				i++
			}
			b.ReportMetric(float64(processorTime()-began)/float64(i), "cpu-ns/op")
		})
	}
}

// BenchmarkScanGroup is one indicator of 33 practices with movement, prior and shared step.
func BenchmarkScanGroup(b *testing.B) {
	group := steadySeries(Rate)[:33]
	d := NewDetector(36)
	b.ReportAllocs()
	began, i := processorTime(), 0
	for b.Loop() {
		d.ScanGroup(group, Options{})
		i++
	}
	b.ReportMetric(float64(processorTime()-began)/float64(i*len(group)), "cpu-ns/series")
}
