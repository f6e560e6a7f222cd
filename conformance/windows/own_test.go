package windows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// event is one line of go test -json (cmd/test2json).
type event struct{ Action, Package, Test, Output string }

// tested is what one package's tests said.
type tested struct {
	passed int
	failed bool
	said   map[string]*strings.Builder // by test; the package's own under ""
	left   []string                    // tests that were left out
}

// packages are those whose own tests hold on Windows, too: the agent's, and those of
// a farm's host.
var packages = []string{"./agent/...", "./hil/part", "./hil/service", "./hil/farm/host"}

// Requirement: callers are told apart by TCP table, process, session and user,
// agents by their pipe, ports are ours alone, there is one agent in a session and
// nobody reads its memory, settings come from the registry and the route from WinHTTP,
// on Windows itself: the tests of these packages pass there, built for either word
// size. So do those of a farm's host, which ends all that it started and keeps what
// its devices have obeyed. Source: issue, point 8; issue 7, point 8.
// Turned red by: any of those tests, such as that of a PC/SC owner that ends its thread.
func TestPackages(t *testing.T) {
	need(t)
	for _, arch := range []string{"amd64", "386"} {
		t.Run(arch, func(t *testing.T) {
			all, total := ownTests(t, arch), 0
			for name, p := range all {
				total += p.passed
				for _, test := range p.left {
					t.Logf("left out: %s %s: %s", name, test, reason(p.said[test].String()))
					p.said[test].Reset()
				}
				for test, text := range p.said {
					if p.failed && text.Len() > 0 {
						t.Errorf("%s %s:\n%s", name, test, text)
					}
				}
			}
			if total < 100 {
				t.Errorf("%d tests passed in %d packages; have they run at all?", total, len(all))
			}
		})
	}
}

// reason is what a test that was left out said, without go test's own lines.
func reason(said string) string {
	lines := slices.DeleteFunc(strings.Split(said, "\n"), func(l string) bool {
		l = strings.TrimSpace(l)
		return strings.HasPrefix(l, "===") || strings.HasPrefix(l, "---")
	})
	return strings.TrimSpace(strings.Join(lines, " "))
}

// ownTests runs them, each package in a box of its own.
func ownTests(t *testing.T, arch string) map[string]*tested {
	ctx, stop := context.WithTimeout(t.Context(), boxTime)
	defer stop()
	box, err := filepath.Abs(winebox + "exec.sh")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, "go", "test", "-json", "-count=1", "-exec", box)
	cmd.Args = append(cmd.Args, packages...)
	cmd.Dir = repository
	cmd.Env = append(os.Environ(), "GOOS=windows", "GOARCH="+arch, "CGO_ENABLED=0", "GOFLAGS=-buildvcs=false")
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if exit := new(exec.ExitError); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	all, broken := gathered(bytes.NewReader(out))
	if err = errors.Join(err, broken); err != nil {
		t.Errorf("%v\n%s", err, trouble.String())
	}
	return all
}

// gathered reads the events of all packages.
func gathered(events io.Reader) (map[string]*tested, error) {
	all, from := map[string]*tested{}, json.NewDecoder(events)
	for {
		var e event
		if err := from.Decode(&e); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return all, err
		}
		if all[e.Package] == nil {
			all[e.Package] = &tested{said: map[string]*strings.Builder{}}
		}
		all[e.Package].take(e)
	}
}

func (p *tested) take(e event) {
	if p.said[e.Test] == nil {
		p.said[e.Test] = &strings.Builder{}
	}
	switch e.Action {
	case "output":
		p.said[e.Test].WriteString(e.Output)
	case "pass":
		p.said[e.Test].Reset()
		if e.Test != "" {
			p.passed++
		}
	case "fail":
		p.failed = true
	case "skip":
		if e.Test != "" {
			p.left = append(p.left, e.Test)
		}
	}
}
