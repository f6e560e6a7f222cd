package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/reports/attest/tpmkey/tpmkeytest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

// Requirement: a release is published with all that the gate judged by, and the line
// that its README has comes to the same word again, later and without the programs;
// as of a time before it ran it does not, and nothing is signed as of a time of the
// past. A key that is not public is not published. Source: issue 6 point 8, "proof
// anyone can check". Turned red by: a file that is missing, a key that is not looked
// at, or a gate that does not look at the clock it was given.
func TestPublishRelease(t *testing.T) {
	d := signedDesk{t, desk(t, "PASS"), []string{"--sign", "tpm", "--tpm", tpmkeytest.TPM(t)}}
	d.release()
	d.enrol()
	d.run()
	for _, who := range []string{"planner", "report"} {
		d.file(who+".pem", d.must(0, append([]string{"key", "show", "--purpose", who}, d.signed...)...))
	}
	code, said := d.gate(append([]string{"--out", d.path("vsa")}, d.signed...)...)
	if code != result.ExitInconclusive {
		t.Fatalf("exit %d: %s", code, said)
	}
	report := d.path("out/latest/report.json")
	raw, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	d.file("out/latest/report.json", strings.Replace(string(raw), fmt.Sprintf(`"version": %q`, latestReport(t, d.dir).Build.Version), `"version": "abc1234"`, 1))
	if err := os.CopyFS(d.path("attestations"), os.DirFS(d.path("out/latest/attestations"))); err != nil {
		t.Fatal(err)
	}
	to := d.path("2026-11-30-release")
	d.must(0, "publish", "--release", d.dir, "--how", "make release-gate", d.path("out/latest"), to)
	readme, err := os.ReadFile(filepath.Join(to, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(d.path("report.pem"))
	if err != nil {
		t.Fatal(err)
	}
	d.file("planner.pem", "priv:\n    00:d1:ff\n"+d.must(0, append([]string{"key", "show", "--purpose", "planner"}, d.signed...)...)) // as openssl's -text does
	d.must(0, "publish", "--release", d.dir, d.path("out/latest"), to+"3")
	if kept, err := os.ReadFile(filepath.Join(to+"3", "release", "planner.pem")); err != nil || strings.Contains(string(kept), "priv") {
		t.Errorf("published: %s, %v", kept, err)
	}
	d.file("report.pem", strings.ReplaceAll(string(public), "PUBLIC", "PRIVATE"))
	if code, said := hil(t, "publish", "--release", d.dir, d.path("out/latest"), to+"2"); code == 0 || !strings.Contains(said, "report.pem") {
		t.Errorf("a private key is published: exit %d\n%s", code, said)
	}
	if left, _ := filepath.Glob(to + "2*"); len(left) > 0 {
		t.Errorf("left behind %v", left)
	}
	t.Chdir(to)
	again := line(t, string(readme), "../../../bin/hil ")
	if code, said := hil(t, again...); code != result.ExitInconclusive || strings.Contains(said, "refused") || !strings.Contains(said, "PASS  series9-T0-package") {
		t.Errorf("judged again: exit %d\n%s", code, said)
	}
	at := slices.Index(again, "--at")
	again[at+1] = "2001-01-01T00:00:00Z"
	if code, _ := hil(t, again...); code != result.ExitUnverified {
		t.Errorf("judged before it ran: exit %d", code)
	}
	d.must(result.ExitUsage, append(append(slices.Clone(again), "--out", d.path("x")), d.signed...)...)
	again[at+1] = "2999-01-01T00:00:00Z"
	d.must(result.ExitUsage, again...)
}

// line is the command in a text that begins so, over all its lines, without its first word.
func line(t *testing.T, text, begins string) []string {
	t.Helper()
	_, rest, found := strings.Cut(text, begins)
	if !found {
		t.Fatalf("no line begins with %q in\n%s", begins, text)
	}
	rest, _, _ = strings.Cut(rest, "\n```")
	return strings.Fields(strings.ReplaceAll(rest, "\\\n", " "))
}
