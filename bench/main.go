// Command bench measures what the README of this folder states: ratios against a floor that is measured in the same run.
//
//	go run ./bench [statistics|national|growth|import|pages]
//
// Without a name it measures everything, which takes about a quarter of an hour.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

var scratchFolder string

// measurements by the name that the command line takes, in the README's order.
var measurements = []struct {
	name string
	run  func(context.Context) error
}{{"statistics", statistics}, {"national", national}, {"growth", growth}, {"import", importing}, {"pages", pages}}

func main() {
	chosen := measurements
	if len(os.Args) > 1 {
		i := slices.Index(names(), os.Args[1])
		if i < 0 {
			fmt.Fprintf(os.Stderr, "usage: go run ./bench [%s]\n", strings.Join(names(), "|"))
			os.Exit(2)
		}
		chosen = measurements[i : i+1]
	}
	for _, m := range chosen {
		fmt.Printf("== %s\n", m.name)
		if err := inFolder(m.run); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
	}
}

// inFolder runs one measurement in a folder of its own, or in OHP_BENCH_KEEP, where built databases are found again.
func inFolder(run func(context.Context) error) error {
	if keep := os.Getenv("OHP_BENCH_KEEP"); keep != "" {
		scratchFolder = keep
		return run(context.Background())
	}
	folder, err := os.MkdirTemp("", "ohp-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	scratchFolder = folder
	return run(context.Background())
}

func names() []string {
	var all []string
	for _, m := range measurements {
		all = append(all, m.name)
	}
	return all
}

func scratch(name string) string { return filepath.Join(scratchFolder, name) }
