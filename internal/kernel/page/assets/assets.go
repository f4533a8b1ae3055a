// Package assets holds the style sheets, the script and the images of the pages, and serves them under the hash of their content,
// so that a browser may keep them for a year and a new version is asked for at once.
//
// The design system's files are copied into dist by `go run ./tools/assets` and are not part of the repository; dist/.gitignore
// is both the rule that keeps them out and the file that lets the program build before they are there.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"ohp/internal/kernel/page/chart"
)

//go:embed all:dist own
var files embed.FS

// Prefix is where the files are served.
const Prefix = "/assets/"

// file is one file as it goes out.
type file struct {
	kind        string
	body        []byte
	compressed  func() []byte
	compressing bool
}

var folder = sync.OnceValues(read)

// read loads every file and the hash of all of them.
func read() (map[string]file, string) {
	all, sum := map[string]file{}, sha256.New()
	for _, root := range []string{"dist", "own"} {
		_ = fs.WalkDir(files, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Base(name) == ".gitignore" {
				return err
			}
			b, err := files.ReadFile(name)
			if err != nil {
				return err
			}
			short := strings.TrimPrefix(name, root+"/")
			if short == "ohp.css" {
				b = append(b, chart.Style...)
			}
			sum.Write([]byte(short))
			sum.Write(b)
			all[short] = newFile(short, b)
			return nil
		})
	}
	return all, base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:9])
}

func newFile(name string, b []byte) file {
	kind := mime.TypeByExtension(path.Ext(name))
	f := file{kind: kind, body: b}
	f.compressing = strings.HasPrefix(kind, "text/") || strings.Contains(kind, "javascript") || strings.Contains(kind, "svg")
	f.compressed = sync.OnceValue(func() []byte { return compress(b) })
	return f
}

func compress(b []byte) []byte {
	var out bytes.Buffer
	// The level is valid and a buffer takes every write.
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression)
	_, _ = w.Write(b)
	_ = w.Close()
	return out.Bytes()
}

// Present says whether the design system's files were there when the program was built.
func Present() bool {
	all, _ := folder()
	_, ok := all["nhsuk.css"]
	return ok
}

// URL is the address of a file by its name: nhsuk.css, nhsuk.js, ohp.css (with the charts' rules), images/favicon.svg.
func URL(name string) string {
	_, hash := folder()
	return Prefix + hash + "/" + name
}

// Handler serves the files. An address with another hash (a page kept open over an upgrade) gets today's file, but may not be kept.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	all, hash := folder()
	given, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	f, ok := all[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-cache")
	if given == hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", f.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	b := f.body
	if f.compressing {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			b = f.compressed()
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(b)
	}
}
