package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// two runs of a desk: one as it says, one as it says after.
func twoRuns(t *testing.T, first, second string) (string, string) {
	t.Helper()
	a, b := desk(t, first), desk(t, second)
	run(t, a)
	run(t, b)
	return a + "/out/latest", b + "/out/latest"
}

// Requirement: hil report diff says what changed, exits with 1 only where the
// later run is worse and with 3 where a run cannot be read, and writes the page.
// Source: issue 6 point 5. Turned red by: exiting with the later run's verdict.
func TestReportDiff(t *testing.T) {
	for _, tt := range []struct {
		first, second string
		code          int
		says          string
	}{
		{"PASS", "FAIL", result.ExitFail, "card.two, PASS to FAIL in series9-T0-package, series9-T1-package"},
		{"PASS", "SKIP", result.ExitFail, "PASS to SKIP"},
		{"FAIL", "PASS", result.ExitPass, "card.two, FAIL to PASS"},
		{"FAIL", "FAIL", result.ExitPass, "THE SAME"},
	} {
		t.Run(tt.first+" "+tt.second, func(t *testing.T) {
			a, b := twoRuns(t, tt.first, tt.second)
			page := filepath.Join(t.TempDir(), "d.html")
			code, said := hil(t, "report", "diff", a, b+"/report.json", "-o", page)
			html, err := os.ReadFile(page)
			if code != tt.code || !strings.Contains(said, tt.says) || err != nil || !strings.Contains(string(html), "<h1>Difference of two runs</h1>") {
				t.Errorf("exit %d, want %d; %v\n%s", code, tt.code, err, said)
			}
		})
	}
	if code, said := hil(t, "report", "diff", t.TempDir(), t.TempDir()); code != result.ExitUnverified {
		t.Errorf("exit %d for no runs: %s", code, said)
	}
	a, b := twoRuns(t, "PASS", "PASS")
	if code, said := hil(t, "report", "diff", a, b, "-o", t.TempDir()+"/d.pdf"); code != result.ExitUsage {
		t.Errorf("exit %d for a form there is not: %s", code, said)
	}
}

// Requirement: hil report history takes every run of a folder once, names one
// that cannot be read, and says so where there is none. Source: issue 6 point 5.
// Turned red by: following the link latest; a broken run that ends it all.
func TestReportHistory(t *testing.T) {
	dir := desk(t, "PASS")
	run(t, dir)
	if err := os.WriteFile(dir+"/verdict", []byte("FAIL"), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, dir)
	if err := os.MkdirAll(dir+"/out/broken", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir+"/out/broken/report.json", []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := hil(t, "report", "history", dir+"/out", "-o", dir+"/h.html")
	page, err := os.ReadFile(dir + "/h.html")
	if code != 0 || !strings.Contains(said, "card.two: 2 of 2, 0 of 2") || !strings.Contains(said, "left out: ") || err != nil || !strings.Contains(string(page), "History of 2 runs") {
		t.Errorf("exit %d, %v\n%s", code, err, said)
	}
	if code, said := hil(t, "report", "history", t.TempDir()); code != result.ExitUnverified {
		t.Errorf("exit %d for no run: %s", code, said)
	}
}

// Requirement: a report, and what the conformance program wrote of one cell, can
// be written anew in each form, and the schema printed.
// Turned red by: a form without an entry.
func TestReportShow(t *testing.T) {
	dir := desk(t, "FAIL")
	run(t, dir)
	for _, form := range []string{".html", ".txt", ".xml", ".json"} {
		if code, said := hil(t, "report", "show", dir+"/out/latest", "-o", dir+"/again"+form); code != 0 {
			t.Errorf("%s: exit %d: %s", form, code, said)
		}
		b, err := os.ReadFile(dir + "/again" + form)
		if err != nil || !strings.Contains(string(b), "card.two") {
			t.Errorf("%s: %v %.200s", form, err, b)
		}
	}
	if code, said := hil(t, "report", "show", dir+"/out/latest/series9-T0-package"); code != 0 || !strings.Contains(said, "card.two") {
		t.Errorf("one cell: exit %d: %s", code, said)
	}
	if code, said := hil(t, "report", "schema"); code != 0 || said != result.JSONSchema() {
		t.Errorf("exit %d, %.100s", code, said)
	}
}

// Requirement: a red cell is tried again as often as was asked; a failure stays
// one, a broken test that then passes is a flake with both attempts. Source: issue
// 6 point 5; facts on rigs section 6.3. Turned red by: the last attempt counting.
func TestRetry(t *testing.T) {
	for first, want := range map[string]struct {
		verdict result.Verdict
		of      string
	}{"FAIL": {result.Fail, result.OfProduct}, "ERROR": {result.Pass, result.OfTest}} {
		dir := desk(t, first)
		once := strings.Replace(stand, `v=$(cat "$here/verdict")`, `v=$(cat "$here/verdict"); [ -e "$here/$id" ] && v=PASS; : >"$here/$id"`, 1)
		if err := os.WriteFile(dir+"/conformance", []byte(once), 0o755); err != nil {
			t.Fatal(err)
		}
		run(t, dir, "--retry", "2")
		r := latestReport(t, dir)
		s, _ := r.Cells[0].Spec("card.two")
		if s.Verdict != want.verdict || r.Cells[0].Verdict != want.verdict || len(r.Flakes) == 0 || r.Flakes[0].Of != want.of || s.Attempts[0].Verdict != result.Verdict(first) || s.Attempts[1].Verdict != result.Pass {
			t.Errorf("%s: %+v, flakes %+v", first, s, r.Flakes)
		}
	}
}

// Requirement: waivers and a proof table are carried in the report and change no
// verdict; a file that is none is wrong use before anything runs. Source: issue 6
// points 3 and 5. Turned red by: a waiver that excuses.
func TestRunCarries(t *testing.T) {
	dir := desk(t, "FAIL")
	for name, text := range map[string]string{
		"w.json":   `{"schema":1,"waivers":[{"spec":"card.two","cells":"*","reason":"known","who":"us","until":"2999-01-01T00:00:00Z"}]}`,
		"p.json":   `{"rows":[{"spec":"card.two","fault":"card.x","red":true}],"effects":[]}`,
		"bad.json": `{"schema":1,"waivers":[{"spec":"card.two"}]}`,
	} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, said := run(t, dir, "--waivers", dir+"/w.json", "--proof", dir+"/p.json")
	r := latestReport(t, dir)
	if code != result.ExitFail || len(r.Waivers) != 1 || r.Proof == nil || len(r.Proof.Rows) != 1 {
		t.Errorf("exit %d, %+v, %+v\n%s", code, r.Waivers, r.Proof, said)
	}
	if code, said := run(t, dir, "--waivers", dir+"/bad.json"); code != result.ExitUsage || !strings.Contains(said, "no waiver") {
		t.Errorf("exit %d: %s", code, said)
	}
}

// Requirement: each cell says which card and reader it was and what it claims, by
// the rig and not by the cell's own word. Source: issue 6 points 4 and 5. Turned
// red by: leaving it to the conformance program.
func TestRunSaysWho(t *testing.T) {
	dir := desk(t, "PASS")
	run(t, dir)
	c := latestReport(t, dir).Cells[0]
	if c.Identity == nil || c.Identity.Host != "test" || c.Identity.Card != "a" || c.Features == nil || fmt.Sprint(c.Features.Claimed) != "[card piv series-9 t0]" {
		t.Errorf("%+v, %+v", c.Identity, c.Features)
	}
}

// Requirement: what is published is what was written, with its sums and how to
// check it; a run that nobody can make again, or a part of one, is refused, and
// what is there is never changed. Source: issue 6 point 8. Turned red by: writing
// the report anew; taking a dirty build.
func TestPublish(t *testing.T) {
	dir := desk(t, "PASS")
	run(t, dir)
	from, to := dir+"/out/latest", t.TempDir()+"/2026-11-30-virtual"
	if code, said := hil(t, "publish", from, to); code != result.ExitUsage || !strings.Contains(said, "names no commit") {
		t.Errorf("a build by hand: exit %d: %s", code, said)
	}
	written, err := os.ReadFile(from + "/report.json")
	if err != nil {
		t.Fatal(err)
	}
	named := strings.Replace(string(written), fmt.Sprintf(`"version": %q`, latestReport(t, dir).Build.Version), `"version": "abc1234"`, 1)
	if err := os.WriteFile(from+"/report.json", []byte(named), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(from+"/attestations", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(from+"/attestations/one.sigstore.json", []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := hil(t, "publish", from, to); code != 0 {
		t.Fatalf("exit %d: %s", code, said)
	}
	if _, err := os.Stat(to + "/attestations/one.sigstore.json"); err != nil {
		t.Error(err)
	}
	kept, err := os.ReadFile(to + "/report.json")
	if err != nil || string(kept) != named {
		t.Errorf("the report is not as it was written: %v", err)
	}
	sums, _ := os.ReadFile(to + "/SHA256SUMS")
	readme, _ := os.ReadFile(to + "/README.md")
	if !strings.Contains(string(sums), fmt.Sprintf("%x  report.json\n", sha256.Sum256(kept))) || !strings.Contains(string(readme), "git checkout abc1234") || !strings.Contains(string(readme), "INCONCLUSIVE") {
		t.Errorf("%s\n%s", sums, readme)
	}
	if code, said := hil(t, "publish", from, to); code != result.ExitUsage || !strings.Contains(said, "never changed") {
		t.Errorf("a second time: exit %d: %s", code, said)
	}
	run(t, dir, "--only", "card.one")
	r, err := os.ReadFile(from + "/report.json")
	if err != nil {
		t.Fatal(err)
	}
	part := strings.Replace(string(r), `"id": "card.two"`, `"id": "card.other"`, 1)
	part = strings.Replace(part, fmt.Sprintf(`"version": %q`, latestReport(t, dir).Build.Version), `"version": "abc1234"`, 1)
	if err := os.WriteFile(from+"/report.json", []byte(part), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := hil(t, "publish", from, to+"2"); code != result.ExitUsage || !strings.Contains(said, "no result for card.two") {
		t.Errorf("a part: exit %d: %s", code, said)
	}
	if left, _ := filepath.Glob(to + "2*"); len(left) > 0 {
		t.Errorf("left behind %v", left)
	}
}
