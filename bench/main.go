// Command bench measures what the README of this folder states: ratios against a floor that is measured in the same run.
//
//	go run ./bench statistics|national|growth|import|pages [--keep]
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

var scratchFolder string

// measurements by the name that the command line takes.
var measurements = map[string]func(context.Context) error{
	"statistics": statistics,
	"national":   national,
	"growth":     growth,
	"import":     importing,
	"pages":      pages,
}

func main() {
	if len(os.Args) < 2 || measurements[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "usage: go run ./bench %s\n", strings.Join(names(), "|"))
		os.Exit(2)
	}
	folder, err := os.MkdirTemp(os.Getenv("OHP_BENCH_FOLDER"), "ohp-bench-")
	if err == nil {
		scratchFolder = folder
		defer os.RemoveAll(folder)
		err = measurements[os.Args[1]](context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.RemoveAll(folder)
		os.Exit(1)
	}
}

func names() []string {
	var all []string
	for n := range measurements {
		all = append(all, n)
	}
	sort.Strings(all)
	return all
}

func scratch(name string) string { return filepath.Join(scratchFolder, name) }
