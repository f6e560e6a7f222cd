package audit_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/wall/audit"
)

func clock() time.Time { return time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC) }

func open(t *testing.T, path string) *audit.Log {
	t.Helper()
	l, err := audit.Open(path, clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func written(t *testing.T, n int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	l := open(t, path)
	for range n {
		if err := l.Add(audit.Entry{Who: "ada", What: "drain", On: "desk/reader/1-1", Outcome: audit.Ordered}); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// Requirement: an entry that is changed, taken out, put in or moved shows.
// Source: issue point 6, "audit log". Turned red by: lines that do not depend on
// each other.
func TestWhatWasChangedShows(t *testing.T) {
	raw, err := os.ReadFile(written(t, 4))
	if err != nil {
		t.Fatal(err)
	}
	line := strings.SplitAfter(string(raw), "\n")
	check := func(lines ...string) error {
		_, err := audit.Check(strings.NewReader(strings.Join(lines, "")))
		return err
	}
	if err := check(line...); err != nil {
		t.Fatalf("as it was written: %v", err)
	}
	for name, lines := range map[string][]string{
		"changed": {line[0], strings.Replace(line[1], "ada", "bob", 1), line[2], line[3]}, "taken out": {line[0], line[2], line[3]},
		"put in": {line[0], line[1], line[1], line[2], line[3]}, "moved": {line[0], line[2], line[1], line[3]}, "beheaded": line[1:],
		"blotted": {line[0], "xx" + line[1], line[2], line[3]},
	} {
		if err := check(lines...); !errors.Is(err, audit.ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Requirement: a hub that died while it wrote goes on with the same log, and
// nothing before is lost. Turned red by: refusing to start after a crash, or
// beginning anew.
func TestGoesOnAfterACrash(t *testing.T) {
	path := written(t, 2)
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"number":3,"who":"a`); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	l := open(t, path)
	if err := l.Add(audit.Entry{Who: "bob", What: "free", Outcome: audit.Done}); err != nil {
		t.Fatal(err)
	}
	last, err := l.Last(2)
	if err != nil || len(last) != 2 || last[0].Number != 3 || last[0].Who != "bob" || last[1].Number != 2 {
		t.Errorf("%v, %+v", err, last)
	}
	again, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close() }()
	if n, err := audit.Check(again); n != 3 || err != nil {
		t.Errorf("%d entries, %v", n, err)
	}
}

// Requirement: a log that was changed is not gone on with: what follows would
// cover it. Turned red by: not looking.
func TestAChangedLogIsNotOpened(t *testing.T) {
	path := written(t, 2)
	raw, _ := os.ReadFile(path)
	if err := os.WriteFile(path, []byte(strings.Replace(string(raw), "ada", "bob", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := audit.Open(path, clock); !errors.Is(err, audit.ErrBroken) {
		t.Errorf("opened: %v", err)
	}
}
