package page

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"testing"
)

// Whatever was kept or given up before, a page comes out as it went in, and what is kept stays within its bound.
func TestSqueezedPages(t *testing.T) {
	var s squeezedPages
	r := rand.New(rand.NewPCG(1, 2))
	bodies := make([][]byte, 60)
	for i := range bodies {
		bodies[i] = make([]byte, 1+r.IntN(700_000)) // noise does not become smaller: the last of them do not fit beside the first
		for j := range bodies[i] {
			bodies[i][j] = byte(r.Uint32())
		}
	}
	for range 2 {
		for i, body := range bodies {
			small, err := s.of(sha256.Sum256(body), body)
			if err != nil {
				t.Fatal(err)
			}
			z, err := gzip.NewReader(bytes.NewReader(small))
			if err != nil {
				t.Fatal(err)
			}
			if back, err := io.ReadAll(z); err != nil || !bytes.Equal(back, body) {
				t.Fatalf("page %d of %d bytes comes back with %d, %v", i, len(body), len(back), err)
			}
			held := 0
			for _, page := range s.pages {
				held += len(page)
			}
			if held != s.bytes || held > mostSqueezed {
				t.Fatalf("%d bytes are kept and %d counted; at most %d may be", held, s.bytes, mostSqueezed)
			}
		}
	}
	if len(s.pages) == 0 || len(s.pages) == len(bodies) {
		t.Errorf("%d of %d pages are kept", len(s.pages), len(bodies))
	}
}
