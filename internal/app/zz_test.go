package app

import (
	"context"
	"net/http/httptest"
	"os"
	"testing"
)

func BenchmarkPages(b *testing.B) {
	db, err := openDatabase(context.Background(), "/tmp/P/nat.db")
	if err != nil {
		b.Fatal(err)
	}
	h, err := Handler(context.Background(), db)
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range []string{"/indicators/complaints?group=england", "/indicators/telephony-answered?group=icb", "/practices/A81015/complaints", "/practices/A81015", "/practices", "/indicators", "/data"} {
		if os.Getenv("ONLY") != "" && path != os.Getenv("ONLY") {
			continue
		}
		b.Run(path, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				r := httptest.NewRequest("GET", path, nil)
				r.Header.Set("Accept-Encoding", "gzip")
				h.ServeHTTP(w, r)
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
		})
	}
}
