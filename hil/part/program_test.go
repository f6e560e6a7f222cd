//go:build unix

package part_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/part"
)

func shell(t *testing.T, script string) part.Program {
	t.Helper()
	return part.Program{Name: "sh", Path: "/bin/sh", Args: []string{"-c", script}, Log: filepath.Join(t.TempDir(), "log")}
}

// Source: hil README, "a part is ready when it says so". Turned red by: taking
// the first line for the ready line.
func TestStartWaitsForTheReadyLine(t *testing.T) {
	p, err := shell(t, `echo hello; echo '{"ready":true,"port":7}'; exec sleep 60`).Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(p.Ready), `"port":7`) || !p.Alive() {
		t.Errorf("ready line %q, alive %v", p.Ready, p.Alive())
	}
	p.Kill()
	if p.Alive() {
		t.Error("killed and alive")
	}
}

// Turned red by: not watching for the end of the program.
func TestStartSaysWhyAPartEnded(t *testing.T) {
	_, err := shell(t, `echo no card reader >&2; exit 3`).Start(t.Context())
	if !errors.Is(err, part.ErrEnded) || !strings.Contains(err.Error(), "no card reader") {
		t.Errorf("error %v, want ErrEnded with what the program said", err)
	}
}

// Turned red by: ignoring the context.
func TestStartGivesUpWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := shell(t, `exec sleep 60`).Start(ctx); !errors.Is(err, part.ErrNotReady) {
		t.Errorf("error %v, want ErrNotReady", err)
	}
}

// Source: facts on conformance processes, "SIGINT at the deadline, then
// SIGKILL". Turned red by: signalling the program but not its group.
func TestWaitEndsTheWholeGroupAtTheDeadline(t *testing.T) {
	prog := shell(t, `trap '' INT; sleep 60 & echo '{"ready":true}'; wait`)
	p, err := prog.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if code, late := p.Wait(ctx, 10*time.Millisecond); code != -1 || !late {
		t.Errorf("code %d, late %v, want a killed program at its deadline", code, late)
	}
}
