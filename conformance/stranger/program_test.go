package stranger_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bin is where TestMain built the programs under test.
var bin string

// TestMain builds the programs from this very source, so that a stale bin/
// cannot pass.
func TestMain(m *testing.M) {
	flag.Parse()
	if *inside {
		os.Exit(m.Run())
	}
	os.Exit(runWithPrograms(m))
}

func runWithPrograms(m *testing.M) int {
	dir, err := os.MkdirTemp("", "stranger")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-o", dir, "./agent/cmd/...", "./emu/cmd/...", "./mockcis2/cmd/...", "./hil/cmd/...", "./conformance/cmd/...")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the programs: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// need skips, naming what is missing and who brings it.
func need(t testing.TB, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if _, err := os.Stat(filepath.Join("/usr/sbin", p)); err != nil {
				t.Skipf("%s is not installed: make install", p)
			}
		}
	}
}

// command runs a program with a deadline and returns all it printed.
func command(t testing.TB, limit time.Duration, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// says fails the test unless out contains every one of the words.
func says(t *testing.T, out string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			t.Errorf("it does not say %q:\n%s", w, out)
		}
	}
}

// contains reports whether out has all of the words.
func contains(out string, words ...string) bool {
	for _, w := range words {
		if !strings.Contains(out, w) {
			return false
		}
	}
	return true
}
