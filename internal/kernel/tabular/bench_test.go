package tabular

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"testing"
)

// table is a synthetic practice table of n rows.
func table(n int, quoted bool) []byte {
	var b bytes.Buffer
	b.WriteString("PUBLICATION,EXTRACT_DATE,TYPE,CODE,POSTCODE,SEX,AGE,NUMBER_OF_PATIENTS\n")
	format := "GP_PRAC_PAT_LIST,2026-01-01,GP,A%05d,TS18 1HU,ALL,ALL,%d\n"
	if quoted {
		format = "\"GP_PRAC_PAT_LIST\",\"2026-01-01\",\"GP\",\"A%05d\",\"TS18 1HU\",\"ALL\",\"ALL\",\"%d\"\n"
	}
	for i := range n {
		fmt.Fprintf(&b, format, i%100000, i)
	}
	return b.Bytes()
}

func BenchmarkText(b *testing.B) {
	for _, kind := range []string{"plain", "quoted"} {
		body := table(300_000, kind == "quoted")
		b.Run(kind+"/tabular", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := OpenReader("x.csv", bytes.NewReader(body), int64(len(body)))
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for _, err := range f.Sheets[0].Rows() {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != 300_001 {
					b.Fatal(n)
				}
			}
		})
		b.Run(kind+"/encoding-csv", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				r := csv.NewReader(bytes.NewReader(body))
				r.ReuseRecord = true
				n := 0
				for {
					_, err := r.Read()
					if err == io.EOF {
						break
					}
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != 300_001 {
					b.Fatal(n)
				}
			}
		})
	}
}
