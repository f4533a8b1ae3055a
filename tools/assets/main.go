// Command assets copies the finished style sheet, script and images of the NHS design system from node_modules into the folder
// that the program embeds. It compiles nothing. References to font files on other hosts and to source maps are taken out, so that
// a page never asks another host for anything; image paths become relative, because the program serves the folder under the hash
// of its content; and the script, a module, ends with a call that starts it, because the pages allow no inline script.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
)

const (
	from = "node_modules/nhsuk-frontend/dist/nhsuk"
	to   = "internal/kernel/page/assets/dist"
)

var (
	fontFace     = regexp.MustCompile(`@font-face\s*\{[^}]*\}`)
	sourceMap    = regexp.MustCompile(`/\*# sourceMappingURL[^*]*\*/|//# sourceMappingURL.*`)
	imagePath    = regexp.MustCompile(`url\(/assets/images/`)
	externalLink = regexp.MustCompile(`url\(["']?(?:https?:)?//[^)]*\)`)
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run() error {
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("the design system is not installed: run `make setup`, or `npm ci --ignore-scripts` in the folder of go.mod (%w)", err)
	}
	if err := style("nhsuk-frontend.min.css", "nhsuk.css"); err != nil {
		return err
	}
	if err := script("nhsuk-frontend.min.js", "nhsuk.js"); err != nil {
		return err
	}
	return images()
}

// style copies a style sheet and refuses one that would still load something from another host.
func style(name, as string) error {
	b, err := os.ReadFile(filepath.Join(from, name))
	if err != nil {
		return err
	}
	b = sourceMap.ReplaceAll(fontFace.ReplaceAll(b, nil), nil)
	b = imagePath.ReplaceAll(b, []byte("url(images/"))
	if left := externalLink.Find(b); left != nil {
		return fmt.Errorf("%s loads %s from another host: teach this command to remove it", name, left)
	}
	return write(as, b)
}

func script(name, as string) error {
	b, err := os.ReadFile(filepath.Join(from, name))
	if err != nil {
		return err
	}
	return write(as, append(sourceMap.ReplaceAll(b, nil), "\ninitAll();\n"...))
}

func images() error {
	dir := filepath.Join(from, "assets", "images")
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return write(filepath.Join("images", d.Name()), b)
	})
}

func write(name string, b []byte) error {
	path := filepath.Join(to, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
