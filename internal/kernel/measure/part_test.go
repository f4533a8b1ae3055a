package measure

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestBodyComesBack: what is written into a part is what is read, to the last bit.
func TestBodyComesBack(t *testing.T) {
	number := rapid.OneOf(rapid.Just(math.NaN()), rapid.Float64Range(-1e300, 1e300), rapid.Map(rapid.IntRange(-1e9, 1e9), func(n int) float64 { return float64(n) }))
	one := rapid.Custom(func(t *rapid.T) entry {
		return entry{unit: rapid.StringMatching(`[A-Z][0-9]{2,6}`).Draw(t, "unit"), status: Status(rapid.IntRange(0, 2).Draw(t, "status")),
			source: rapid.Int64Range(0, 1e12).Draw(t, "source"), row: rapid.IntRange(0, 1e6).Draw(t, "row"),
			num: number.Draw(t, "num"), den: number.Draw(t, "den"), val: number.Draw(t, "val")}
	})
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(one).Draw(t, "entries")
		var got []entry
		if err := eachEntry(string(appendBody(nil, want)), func(e *entry) { got = append(got, *e) }); err != nil {
			t.Fatal(err)
		}
		same := func(a, b entry) bool {
			return a.same(&b) && a.unit == b.unit && a.source == b.source && a.row == b.row
		}
		if !slices.EqualFunc(got, want, same) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}

// FuzzEachEntry: a damaged part is an error in words, never a panic or an endless loop.
func FuzzEachEntry(f *testing.F) {
	f.Add(`[["A81001",0,17,12,123,8800],["A81002",2,17,13]]`)
	f.Add(`[["A81001",0,17,12,123,`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, body string) {
		n := 0
		err := eachEntry(body, func(*entry) { n++ })
		if err == nil && len(body) < 2 {
			t.Fatalf("%q was read as a part", body)
		}
		if n > len(body) {
			t.Fatalf("%d entries in %d bytes", n, len(body))
		}
	})
}
