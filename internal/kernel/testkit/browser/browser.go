// Package browser gives tests a real Chromium. It stands apart from testkit because building it takes long.
package browser

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// patience is how long a whole test may use its browser.
const patience = 6 * time.Minute

// names are the programs that are Chromium, on Debian, elsewhere, and with another name.
var names = []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}

// Open starts a Chromium without a window, a profile or any word to the internet, and returns chromedp's context for its
// first page. It ends with the test. OHP_CHROMIUM names the program; a machine without one fails the test.
func Open(t testing.TB) context.Context {
	t.Helper()
	program, err := find()
	if err != nil {
		t.Fatalf("this test needs Chromium: run make setup, or set OHP_CHROMIUM to the program (%v)", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("%s does not start: %v", program, err)
	}
	return ctx
}

func find() (program string, err error) {
	if named := os.Getenv("OHP_CHROMIUM"); named != "" {
		return exec.LookPath(named)
	}
	for _, name := range names {
		if program, err = exec.LookPath(name); err == nil {
			return program, nil
		}
	}
	return "", err
}
