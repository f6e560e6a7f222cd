package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// stand is a stand-in for the conformance program: a list of two specs, and for
// each run a cell in which the second spec ends as the file "verdict" says.
const stand = `#!/bin/sh
here=$(dirname "$0")
case "$1" in
list) echo '[{"id":"card.one","title":"One holds","source":"s","requires":["card"]},{"id":"card.two","title":"Two holds","source":"s","requires":["card"]}]';;
run)
	id=$(sed -n 's/.*"cell": "\(.*\)",/\1/p' "$3")
	v=$(cat "$here/verdict")
	[ "$v" = NONE ] && { echo "no card at all" >&2; exit 2; }
	cat >"$5/cell.json" <<END
{"id":"$id","series":"","protocol":"","kind":"","product":"","verdict":"$v","reproduce":"","start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z",
"specs":[{"id":"card.one","title":"One holds","source":"s","verdict":"PASS","elapsed_ns":1},{"id":"card.two","title":"Two holds","source":"s","verdict":"$v","reason":"because","elapsed_ns":1}]}
END
	;;
esac
`

const packageRig = `
name: test
title: Two cells in process
cards:
  - {id: a, series: "9", protocol: T=0, holder: x, passcode: "123456"}
  - {id: b, series: "9", protocol: T=1, holder: x, passcode: "123456"}
cells: [{kind: package, cards: [a, b], features: [card]}]
`

// desk is a folder with the stand-in and a rig file.
func desk(t *testing.T, verdict string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"conformance": stand, "verdict": verdict, "rig.yaml": packageRig} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// hil runs the program and returns its exit code and all it said.
func hil(t *testing.T, args ...string) (int, string) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	var errs strings.Builder
	w := world{ctx: context.WithoutCancel(t.Context()), stdout: out, stderr: &errs, env: os.Environ(), now: time.Now, self: os.Args[0]}
	code := program(w, args)
	said, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	return code, string(said) + errs.String()
}

func run(t *testing.T, dir string, more ...string) (int, string) {
	t.Helper()
	args := []string{"run", "--rig", dir + "/rig.yaml", "--bin", dir, "--out", dir + "/out", "--seed", "7"}
	return hil(t, append(args, more...)...)
}

func latestReport(t *testing.T, dir string) result.Report {
	t.Helper()
	f, err := os.Open(dir + "/out/latest/report.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r, err := result.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Source: issue 2 point 6 and shared design §5, exit codes. Package cells alone
// never let a release out. Turned red by: any other mapping of what a cell
// ended as.
func TestRunExits(t *testing.T) {
	for _, tt := range []struct {
		ended string
		code  int
		cell  result.Verdict
		says  string
	}{
		{"PASS", result.ExitInconclusive, result.Pass, "package"},
		{"FAIL", result.ExitFail, result.Fail, "card.two"},
		{"ERROR", result.ExitInconclusive, result.Error, "card.two"},
		{"NONE", result.ExitInconclusive, result.Error, "no card at all"},
	} {
		t.Run(tt.ended, func(t *testing.T) {
			dir := desk(t, tt.ended)
			code, said := run(t, dir)
			r := latestReport(t, dir)
			if code != tt.code || len(r.Cells) != 2 || r.Cells[0].Verdict != tt.cell || !strings.Contains(said, tt.says) {
				t.Errorf("exit %d, want %d; cells %+v\n%s", code, tt.code, r.Cells, said)
			}
			for _, name := range []string{"report.html", "junit.xml", "series9-T0-package/cell.json", "series9-T0-package/target.json"} {
				if _, err := os.Stat(dir + "/out/latest/" + name); err != nil {
					t.Error(err)
				}
			}
			if want := "bin/hil run --cells series9-T0-package --seed 7"; r.Cells[0].Reproduce != want {
				t.Errorf("reproduce %q, want %q", r.Cells[0].Reproduce, want)
			}
		})
	}
}

// Source: shared design §6, "a filter cannot shrink what a release must show".
// Turned red by: planning from what was selected.
func TestFilterShrinksTheRunAndNotThePlan(t *testing.T) {
	dir := desk(t, "PASS")
	code, said := run(t, dir, "--cells", "series9-T1-*")
	r := latestReport(t, dir)
	if code != result.ExitInconclusive || len(r.Cells) != 1 || len(r.Plan.Cells) != 2 || len(r.Plan.Cells[0].Required) != 2 {
		t.Errorf("exit %d, %d cells, plan %+v", code, len(r.Cells), r.Plan)
	}
	if !strings.Contains(said, "partial: not a release verdict") {
		t.Errorf("nobody said that it is partial:\n%s", said)
	}
}

// Source: issue 2 point 6. Turned red by: running with a fault that does
// nothing, a filter that leaves nothing, or a broken rig file.
func TestWrongUse(t *testing.T) {
	dir := desk(t, "PASS")
	bad := filepath.Join(dir, "bad.yaml")
	if err := os.WriteFile(bad, []byte(packageRig+"speed: fast\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--fault", "card.nobody-knows"}, {"--cells", "nothing*"}, {"--only", "card.three"}, {"--rig", bad}, {"--frobnicate"},
	} {
		if code, said := run(t, dir, args...); code != result.ExitUsage {
			t.Errorf("%v: exit %d, want 64\n%s", args, code, said)
		}
	}
	if _, err := os.Stat(dir + "/out"); err == nil {
		t.Error("wrong use left results behind")
	}
}

// Source: issue 2 point 6, the verdict must be found on the screen. Turned red
// by: printing every reason, or dropping another line.
func TestBriefShortensReasonsOnly(t *testing.T) {
	text := "FAIL  a\n" + strings.Repeat("  - why\n", 500)
	got := brief(text)
	if !strings.HasPrefix(got, "FAIL  a\n") || strings.Count(got, "  - ") != most || !strings.Contains(got, "488 more") {
		t.Errorf("%s", got)
	}
	if short := "FAIL  a\n  - why\n"; brief(short) != short {
		t.Errorf("%s", brief(short))
	}
}

// Source: shared design §5, exit 3. Turned red by: taking any file for a
// report.
func TestGate(t *testing.T) {
	dir := desk(t, "FAIL")
	if code, _ := hil(t, "gate", dir+"/rig.yaml"); code != result.ExitUnverified {
		t.Errorf("a rig file as report: exit %d", code)
	}
	run(t, dir)
	code, said := hil(t, "gate", dir+"/out/latest/report.json")
	if code != result.ExitFail || !strings.Contains(said, "card.two") {
		t.Errorf("exit %d\n%s", code, said)
	}
}

// Source: shared design §5, "everything that lists takes --json and prints an
// array of objects with at least id and title". Turned red by: another shape.
func TestListsHaveIDsAndTitles(t *testing.T) {
	dir := desk(t, "PASS")
	for _, args := range [][]string{{"plan", "--rig", dir + "/rig.yaml"}, {"faults"}} {
		code, said := hil(t, append(args, "--json", "--bin", dir)...)
		var list []struct{ ID, Title string }
		if err := json.Unmarshal([]byte(said), &list); err != nil || code != 0 || len(list) == 0 {
			t.Fatalf("%v: exit %d, %v\n%s", args, code, err, said)
		}
		for _, l := range list {
			if l.ID == "" || l.Title == "" {
				t.Errorf("%v: %s", args, fmt.Sprintf("%+v", l))
			}
		}
	}
}

// Source: issue 2 point 6, a missing program never passes. Turned red by:
// anything but inconclusive, or not saying what to do.
func TestMissingProgramIsInconclusive(t *testing.T) {
	code, said := hil(t, "run", "--bin", t.TempDir(), "--out", t.TempDir())
	if code != result.ExitInconclusive || !strings.Contains(said, "make build") {
		t.Errorf("exit %d\n%s", code, said)
	}
}

// Requirement: a card that there is not is wrong use, said before anything is
// started; a protocol nobody asked for is left to the card. Source: the exit
// codes in hil --help. Turned red by: finding out in the bench, which is then
// inconclusive, or by asking every profile for T=1.
func TestExecRefusesUnknownCards(t *testing.T) {
	dir := t.TempDir()
	refuses := "#!/bin/sh\necho \"cardemu: wrong use: no such card: $*\" >&2\nexit 64\n"
	if err := os.WriteFile(filepath.Join(dir, "cardemu"), []byte(refuses), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ flag, says string }{
		{"--profile=nope", "wrong use: no such card: opensc-conf --series 9 --profile nope\n"},
		{"--protocol=T0", "wrong use: no such card: opensc-conf --series 9 --protocol T0\n"},
		{"--fault=nobody", "'hil faults' lists"},
	} {
		code, said := hil(t, "exec", "--bin", dir, row.flag, "--", "true")
		if code != result.ExitUsage || !strings.Contains(said, row.says) {
			t.Errorf("%s: exit %d\n%s", row.flag, code, said)
		}
	}
}
