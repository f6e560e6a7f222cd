package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const deskRig = `
name: desk
title: Two readers, a person and a card that nobody can bring
gadgets: [{id: person, kind: manual}]
readers:
  - {id: left, device: manual, name: Toy 00 00}
  - {id: right, device: manual, name: Toy 01 00}
cards:
  - {id: a, series: "9", protocol: T=1, holder: x, passcode: "123456"}
  - {id: b, series: "8", protocol: T=1, holder: x, passcode: "123456"}
cells:
  - {kind: pcscd, reader: left, features: [card]}
`

const matrixFile = `
name: nightly
builds: [{id: old, bin: BIN}, {id: new}]
cards: ["*"]
readers: [package]
suites: [card]
exclude: [{build: old, card: b, reason: it was not made for it}]
`

// Requirement: --dry-run prints order, moves and time, and runs nothing. Source:
// issue 7 point 3. Turned red by: a run, a line that is missing, cards that move
// more often than needed.
func TestDryRunShowsTheOrder(t *testing.T) {
	dir := desk(t, "PASS")
	file := filepath.Join(dir, "desk.yaml")
	if err := os.WriteFile(file, []byte(deskRig), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	code, said := hil(t, "run", "--dry-run", "--rig", file, "--bin", dir, "--out", out)
	if code != 0 || !strings.Contains(said, "2 cells, 2 card moves that take 2m0s; all in about 3m0s") || !strings.Contains(said, "here/left") {
		t.Errorf("exit %d: %s", code, said)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("a dry run left results")
	}
	if again, same := hil(t, "plan", "--order", "--rig", file, "--bin", dir); again != 0 || same != said {
		t.Errorf("hil plan --order says otherwise: %s", same)
	}
}

// Requirement: build × card × reader × protocol × suite from a plan file; each
// build's own programs judge; what is excluded is SKIP with its reason; durations
// are kept for the next plan. Source: issue 7 point 3. Turned red by: running the
// rig's cells instead, one build's programs for both, forgetting.
func TestRunFromAPlanFile(t *testing.T) {
	dir, old := desk(t, "PASS"), desk(t, "FAIL")
	file := filepath.Join(dir, "matrix.yaml")
	if err := os.WriteFile(file, []byte(strings.Replace(matrixFile, "BIN", old, 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	code, said := hil(t, "run", "--rig", filepath.Join(dir, "rig.yaml"), "--matrix", file, "--bin", dir, "--out", filepath.Join(dir, "out"), "--json")
	var report struct {
		Cells []struct{ ID, Verdict, Reason string }
	}
	begin := strings.Index(said, "{\n")
	if begin < 0 || json.NewDecoder(strings.NewReader(said[begin:])).Decode(&report) != nil {
		t.Fatalf("exit %d: %s", code, said)
	}
	got := map[string]string{}
	for _, c := range report.Cells {
		got[c.ID] = c.Verdict
	}
	want := map[string]string{"old-a-package-card": "FAIL", "old-b-package-card": "SKIP", "new-a-package-card": "PASS", "new-b-package-card": "PASS"}
	for id, v := range want {
		if got[id] != v {
			t.Errorf("%s is %q, want %s", id, got[id], v)
		}
	}
	if code != 1 || len(got) != len(want) {
		t.Errorf("exit %d, cells %v", code, got)
	}
	history, err := os.ReadFile(filepath.Join(dir, "out", "durations.jsonl"))
	if err != nil || strings.Count(string(history), "\n") != 3 {
		t.Errorf("history %q, %v; want the three that ran", history, err)
	}
}

// Requirement: bad input gets a clear error. Turned red by: a plan file that
// names what is not there being run without it.
func TestPlanFileThatDoesNotFit(t *testing.T) {
	dir := desk(t, "PASS")
	file := filepath.Join(dir, "matrix.yaml")
	for text, want := range map[string]string{
		"name: x\ncards: [z]": `no card "z"`, "name: x\ncards: [a]\nreaders: [z]": `reader "z"`, "name: x\ncards: [a]\nprotocols: [T9]": "T9",
	} {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if code, said := hil(t, "run", "--dry-run", "--rig", filepath.Join(dir, "rig.yaml"), "--bin", dir, "--matrix", file); code != 64 || !strings.Contains(said, want) {
			t.Errorf("%q: exit %d: %s", text, code, said)
		}
	}
}

// Requirement: what a farm of ten thousand readers takes is printed, and how it
// grows. Source: issue 7, must show. Turned red by: a column that is missing.
func TestSimulatePrintsGrowth(t *testing.T) {
	code, said := hil(t, "simulate", "--readers", "20,40")
	for _, want := range []string{"planning", "live MiB", "acquired", "renewed", "calls/cell", "power of", "lease calls"} {
		if code != 0 || !strings.Contains(said, want) {
			t.Errorf("exit %d, without %q: %s", code, want, said)
		}
	}
	if code, _ := hil(t, "simulate", "--readers", "20,40", "--cells", "1"); code != 64 {
		t.Errorf("numbers that do not match: exit %d", code)
	}
}

// Requirement: a cell that has no place is MISS and says why, and is not tried.
// Source: issue 7 point 3. Turned red by: leaving it out of the report, or asking
// a person for what cannot be done.
func TestCellWithoutAPlaceIsMissed(t *testing.T) {
	dir := desk(t, "PASS")
	file := filepath.Join(dir, "desk.yaml")
	text := strings.Replace(deskRig, "{id: left, device: manual,", "{id: left,", 1) + "routes: [{gadget: person, readers: [right], cost: 60}]\n"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	code, said := hil(t, "run", "--rig", file, "--bin", dir, "--out", filepath.Join(dir, "out"))
	if code != 2 || !strings.Contains(said, "no gadget brings a card a to a reader here/left") {
		t.Errorf("exit %d: %s", code, said)
	}
}
