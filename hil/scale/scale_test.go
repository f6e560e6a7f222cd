package scale_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/rig"
	"github.com/smartcard-connect/smartcard-connect/hil/scale"
)

// verdicts is a conformance program that finds FAIL in the second reader and PASS
// everywhere else.
const verdicts = `#!/bin/sh
id=$(sed -n 's/.*"cell": "\(.*\)",/\1/p' "$3")
v=PASS
case "$5" in */r01/*) v=FAIL;; esac
cat >"$5/cell.json" <<END
{"id":"$id","series":"","protocol":"","kind":"","product":"","verdict":"$v","reason":"because","reproduce":"","start":"2026-01-01T00:00:00Z","end":"2026-01-01T00:00:00Z","specs":[]}
END
`

func measure(t *testing.T, kind string, readers int) scale.Measure {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the stand-in for the conformance program is a shell script")
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "conformance"), []byte(verdicts), 0o755); err != nil {
		t.Fatal(err)
	}
	return scale.Measure{Kind: kind, Readers: readers, Dir: t.TempDir(), Bin: bin, Now: time.Now, Env: func(string) []string { return os.Environ() }}
}

// Requirement: every reader runs a whole attempt, and a cell that does not pass is
// in the row. Source: issue 7, must show. Turned red by: counting cells that were
// not run, or not passed, as good.
func TestEveryReaderRunsACell(t *testing.T) {
	m := measure(t, rig.Package, 3)
	used := time.Duration(0)
	m.CPU = func() (ours, idle time.Duration) { used += time.Second; return used, 0 }
	row, err := m.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if row.Cells != 3 || len(row.Bad) != 1 || row.Bad[0] != "FAIL: because" || row.Cell <= 0 || row.Books <= 0 || row.Wall < row.Cell || row.Busy <= 0 || row.Idle != 0 {
		t.Errorf("%+v", row)
	}
}

// Requirement: a reader that does not stand is an error and no row. Turned red by:
// measuring fewer than asked.
func TestReaderThatDoesNotStand(t *testing.T) {
	m := measure(t, rig.PCSCD, 1)
	m.Program = []string{"/bin/false"}
	if _, err := m.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "reader 1 of 1") {
		t.Errorf("error %v", err)
	}
}

// Requirement: the table goes to its place and nowhere else. Turned red by: a file
// that loses what is around it.
func TestPublish(t *testing.T) {
	file := filepath.Join(t.TempDir(), "scale.md")
	rows := scale.Table([]scale.Row{{Kind: "mixed", Readers: 64, Cells: 64, Wall: time.Minute, Busy: 1.9, Idle: 0.1, Books: 60 * time.Millisecond}})
	if !strings.Contains(rows, "95 %") || !strings.Contains(rows, "0.20 %") {
		t.Errorf("table:\n%s", rows)
	}
	if err := scale.Publish(file, rows); err == nil {
		t.Error("published to nowhere")
	}
	const before, after = "# Title\n<!-- table: hil bench scale -o writes it -->\n", "<!-- end of table -->\nWords.\n"
	for _, old := range []string{"", "old rows\n"} {
		if err := os.WriteFile(file, []byte(before+old+after), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := scale.Publish(file, rows); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(file); string(got) != before+"\n"+rows+"\n"+after {
			t.Errorf("%s", got)
		}
	}
	if err := os.WriteFile(file, []byte("no place"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := scale.Publish(file, rows); err == nil {
		t.Error("published to a file without a place")
	}
}
