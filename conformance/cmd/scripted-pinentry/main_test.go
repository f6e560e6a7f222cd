package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/passcode"
	"github.com/smartcard-connect/smartcard-connect/agent/passcode/passcodetest"
)

func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "scripted-pinentry")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return program
}

func write(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "script.json")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The scripted program behaves as real pinentries do: the same contract.
// Turned red by: an error code of its own.
func TestScriptedPinentryKeepsTheContract(t *testing.T) {
	program := build(t)
	passcodetest.Pinentry(t, func(t *testing.T, w passcodetest.Wish) *passcode.Pinentry {
		answer := []string{`{"passcode":"` + passcodetest.Typed + `"}`, `{"cancel":true}`, `{"hang":true}`}[w]
		return &passcode.Pinentry{Command: []string{program, "--script", write(t, `{"answers":[`+answer+`]}`)}}
	})
}

// Answers are taken in order over several runs, the last repeats, and what was
// shown is written down without the passcode.
// Turned red by: forgetting the position between runs.
func TestOrderAndDiary(t *testing.T) {
	script, diary := write(t, `{"answers":[{"not_started":true},{"passcode":"123456"}]}`), filepath.Join(t.TempDir(), "shown")
	p := &passcode.Pinentry{Command: []string{build(t), "--script", script, "--shown", diary}}
	q := passcodetest.Question(time.Now().Add(time.Minute))
	if _, err := p.Ask(t.Context(), q); !errors.Is(err, passcode.ErrNotStarted) {
		t.Errorf("first: %v", err)
	}
	for range 2 {
		if answer, err := p.Ask(t.Context(), q); err != nil || string(answer) != "123456" {
			t.Errorf("then: %v", err)
		}
	}
	raw, _ := os.ReadFile(diary)
	if lines := strings.Count(string(raw), "\n"); lines != 3 || strings.Contains(string(raw), "123456") || !strings.Contains(string(raw), "Ward round 100%") {
		t.Errorf("%d lines:\n%s", lines, raw)
	}
}

// A script with an unknown field is refused.
// Turned red by: lenient decoding.
func TestUnknownField(t *testing.T) {
	if _, err := readScript(write(t, `{"answers":[{"pascode":"1"}]}`)); err == nil {
		t.Error("accepted")
	}
}
