//go:build linux && cgo

package desktop_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/smartcard-connect/smartcard-connect/hil/namespace"
)

// Variables that tell this test program that it runs in a cell, with which
// programs, or that it only holds something in memory.
const (
	programsVariable = "DESKTOP_CELL_PROGRAMS"
	holdVariable     = "DESKTOP_HOLD"
)

// programs are the built ones; empty outside of a cell until they are needed.
var programs = os.Getenv(programsVariable)

// TestMain is the tests, one test in a cell, or a process to be scanned.
func TestMain(m *testing.M) {
	switch {
	case os.Getenv(holdVariable) != "":
		hold()
	case programs != "":
		if err := errors.Join(namespace.Setup(func() { os.Exit(1) }), terminals()); err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		os.Exit(m.Run())
	default:
		os.Exit(outside(m))
	}
}

// terminals gives the cell its own: the machine's belong to groups that it does
// not have.
func terminals() error {
	return errors.Join(unix.Mount("devpts", "/dev/pts", "devpts", unix.MS_NOSUID|unix.MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0600"),
		unix.Mount("/dev/pts/ptmx", "/dev/ptmx", "", unix.MS_BIND, ""))
}

// outside builds the programs from this very source, as `make build` does.
func outside(m *testing.M) int {
	dir, err := os.MkdirTemp("", "desktop")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	make := exec.Command("make", "-s", "flags")
	make.Dir = "../.."
	flags, err := make.Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "make flags:", err)
		return 1
	}
	build := exec.Command("go", "build", "-trimpath", "-ldflags", strings.TrimSpace(string(flags)), "-o", dir, "./agent/cmd/...", "./conformance/cmd/scripted-pinentry")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the programs: %v\n%s", err, out)
		return 1
	}
	programs = dir
	return m.Run()
}

// skipped is why a test in the cell was left out.
var skipped = regexp.MustCompile(`(?s)\.go:\d+: ([^\n]*)\n\s*--- SKIP`)

// inCell reports whether the test runs in its cell. Outside it runs it there and
// takes over how it ended; what it prints that begins with "found: " is returned.
func inCell(t testing.TB, need ...string) bool {
	t.Helper()
	if os.Getenv(programsVariable) != "" {
		return true
	}
	for _, p := range append(need, "pcscd") {
		if _, err := exec.LookPath(p); err != nil {
			if _, err := os.Stat(filepath.Join("/usr/sbin", p)); err != nil {
				t.Skipf("this machine has no %s: install what ci/debian.packages names", p)
			}
		}
	}
	out := enter(t)
	if m := skipped.FindStringSubmatch(out); m != nil {
		t.Skip(m[1])
	}
	t.Log(out)
	return false
}

// enter runs this test in a cell.
func enter(t testing.TB) string {
	t.Helper()
	only := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	args := []string{"-test.run", only, "-test.v", "-test.timeout", "4m"}
	if strings.HasPrefix(t.Name(), "Benchmark") {
		args = []string{"-test.run", "^$", "-test.bench", only, "-test.benchtime", "1x"}
	}
	cmd := exec.Command(os.Args[0], args...)
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = out, out, 5*time.Second
	cmd.Env = append(os.Environ(), programsVariable+"="+programs)
	cut, err := namespace.Start(cmd)
	if errors.Is(err, namespace.ErrUnavailable) {
		t.Skipf("no namespaces here: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cut() }()
	if err := cmd.Wait(); err != nil {
		t.Fatalf("in the cell: %v\n%s", err, out)
	}
	if strings.Contains(out.String(), "no tests to run") {
		t.Fatalf("nothing ran in the cell:\n%s", out)
	}
	return out.String()
}
