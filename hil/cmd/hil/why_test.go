package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/hub"
	"github.com/smartcard-connect/smartcard-connect/hil/wall/walltest"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

func written(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Requirement: 'hil why CELL' explains a cell of a farm by the hub's records, and
// one of this machine by its report, and ends with the cell's verdict; a rerun
// is published. Source: issue point 6. Turned red by: exit 0 for a cell that did
// not pass, or for one that is not there; not saying where the cells are listed.
func TestWhy(t *testing.T) {
	b := walltest.New(t, nil)
	b.Fill()
	at := []string{"--hub", b.Server.URL, "--account", walltest.Operator, "--password-file", written(t, "password", walltest.Password+"\n")}
	dir := desk(t, "FAIL")
	if code, said := run(t, dir); code != result.ExitFail {
		t.Fatalf("%d %s", code, said)
	}
	wrong := written(t, "wrong", "a wrong password\n")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{append([]string{"why", "passed", "--run", "night"}, at...), result.ExitPass, "It ended as PASS"},
		{append([]string{"why", "failed", "--run", "night"}, at...), result.ExitFail, "Try: hil rerun night failed"},
		{append([]string{"why", "missed", "--run", "night", "--json"}, at...), result.ExitInconclusive, `"conformance ended with exit code 3`[1:]},
		{append([]string{"why", "waiting", "--run", "night"}, at...), result.ExitInconclusive, "is held by cell running of run night"},
		{append([]string{"why", "nothing", "--run", "night"}, at...), result.ExitUnverified, "cell nothing of run night; the page /runs/night lists"},
		{append([]string{"why", "passed"}, at...), result.ExitUsage, "--run"},
		{[]string{"why", "passed", "--run", "night", "--hub", b.Server.URL, "--account", walltest.Operator, "--password-file", wrong}, result.ExitInconclusive, "name or the password is wrong"},
		{[]string{"why", "passed", "--run", "night", "--hub", "http://hub.example.test", "--account", "olga", "--password-file", wrong}, result.ExitInconclusive, "https only"},
		{[]string{"why", "passed", "--run", "night", "--hub", b.Server.URL}, result.ExitUsage, "--account"},
		{[]string{"why", "series9-T0-package", "--from", dir + "/out/latest"}, result.ExitFail, "Spec card.two is FAIL: because"},
		{[]string{"why", "nothing", "--from", dir + "/out/latest"}, result.ExitUnverified, "no cell nothing; 'hil report show " + dir + "/out/latest' lists"},
		{[]string{"report", "show", dir + "/out/latest"}, result.ExitPass, "series9-T1-package"},
		{[]string{"why", "nothing", "--from", dir + "/nowhere"}, result.ExitUnverified, "nowhere: no such file or directory; 'hil run' writes"},
		{append([]string{"rerun", "night", "failed", "--reason", "dirty card"}, at...), result.ExitPass, "is tried again: attempt 2"},
		{append([]string{"rerun", "night", "failed"}, at...), result.ExitInconclusive, "attempt 2 is waiting"},
	} {
		if code, said := hil(t, c.args...); code != c.code || !strings.Contains(said, c.says) || strings.Contains(said, walltest.Password) {
			t.Errorf("%q: %d, want %d and %q:\n%s", c.args, code, c.code, c.says, said)
		}
	}
	all, err := b.Farm.Run(t.Context(), "night")
	if err != nil || all[0].Work.Cell != "failed" || all[0].Work.Attempt != 2 || all[0].Phase != farm.Waiting {
		t.Errorf("%v %+v", err, all)
	}
}

// Requirement: accounts are made, listed and taken away without their password or
// its hash being shown. Source: issue point 6, login. Turned red by: a password
// on the command line, a hash in a list.
func TestAccount(t *testing.T) {
	dir, good := filepath.Join(t.TempDir(), "hub"), written(t, "good", "correct horse battery\r\nsecond line")
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"account", "list", "--hub", dir}, 0, ""},
		{[]string{"account", "add", "ada", "--role", "operator", "--hub", dir, "--password-file", good}, 0, "ada is operator"},
		{[]string{"account", "add", "ada", "--hub", dir, "--password-file", good}, result.ExitUsage, "of that name"},
		{[]string{"account", "add", "bob", "--hub", dir, "--password-file", written(t, "short", "short\n")}, result.ExitUsage, "12 to 256 bytes"},
		{[]string{"account", "add", "bob", "--hub", dir}, result.ExitUsage, "no terminal"},
		{[]string{"account", "add", "bob", "--role", "root", "--hub", dir, "--password-file", good}, result.ExitUsage, "role"},
		{[]string{"account", "list", "--hub", dir, "--json"}, 0, `"id": "ada"`},
		{[]string{"account", "list", "--hub", dir}, 0, "ada  operator"},
		{[]string{"account", "remove", "bob", "--hub", dir}, result.ExitUsage, "no account"},
		{[]string{"account", "remove", "ada", "--hub", dir}, 0, ""},
	} {
		code, said := hil(t, c.args...)
		if code != c.code || !strings.Contains(said, c.says) || strings.Contains(said, "argon2") || strings.Contains(said, "horse") {
			t.Errorf("%q: %d, want %d and %q:\n%s", c.args, code, c.code, c.says, said)
		}
	}
}

// Requirement: 'hil audit' says how many entries hold, and ends with 3 for a log
// that was changed. Turned red by: not looking at the chain.
func TestAudit(t *testing.T) {
	b := walltest.New(t, nil)
	b.Fill()
	_, _ = hil(t, "rerun", "night", "failed", "--hub", b.Server.URL, "--account", walltest.Operator, "--password-file", written(t, "password", walltest.Password))
	path := filepath.Join(b.Dir, hub.Audit)
	if code, said := hil(t, "audit", path); code != 0 || !strings.Contains(said, "4 entries follow") { // login, ordered, done, logout
		t.Errorf("%d %s", code, said)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if code, said := hil(t, "audit", written(t, "changed", strings.Replace(string(raw), "rerun", "drain", 1))); code != result.ExitUnverified || !strings.Contains(said, "line 3 does not follow") {
		t.Errorf("%d %s", code, said)
	}
}
