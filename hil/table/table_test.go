package table_test

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/hil/table"
	"github.com/smartcard-connect/smartcard-connect/reports/result"
)

var update = flag.Bool("update", false, "write the golden files")

func rows() []table.Row {
	return []table.Row{
		{Cell: "series8-T0-package", State: "PASS", Pass: 31, Specs: 31, Elapsed: 2100 * time.Millisecond},
		{Cell: "series8-T1-pcscd", State: "FAIL", Pass: 30, Specs: 32, Elapsed: 41 * time.Second},
		{Cell: "series9-T0-pcscd", State: "MISS", Specs: 0, Elapsed: time.Second},
		{Cell: "series9-T1-pcscd", State: "running", Elapsed: 400 * time.Millisecond},
		{Cell: "series9-T1-package", State: "waiting"},
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
	}
}

// Source: issue 2 point 6, "a live table". Turned red by: any change of it.
func TestRender(t *testing.T) {
	golden(t, "plain.golden", table.Render(rows(), false))
	golden(t, "colour.golden", table.Render(rows(), true))
}

// Turned red by: control characters where there is no terminal, and a line for
// every cell that only waits.
func TestPlainLines(t *testing.T) {
	var out strings.Builder
	now := time.Unix(0, 0)
	l := table.Live{Out: &out, Now: func() time.Time { return now }}
	l.Set("series9-T1-pcscd", "waiting", result.Counts{})
	l.Set("series9-T1-pcscd", "running", result.Counts{})
	l.Tick()
	now = now.Add(3 * time.Second)
	l.Set("series9-T1-pcscd", "PASS", result.Counts{Pass: 2, Skip: 1})
	golden(t, "lines.golden", out.String())
}

// Turned red by: drawing below instead of over.
func TestTerminalIsRedrawn(t *testing.T) {
	var out strings.Builder
	l := table.Live{Out: &out, Terminal: true, Now: time.Now}
	l.Set("a", "waiting", result.Counts{})
	l.Set("a", "PASS", result.Counts{})
	if n := strings.Count(out.String(), "\x1b[2A\x1b[J"); n != 1 {
		t.Errorf("%d redraws of two lines in %q", n, out.String())
	}
}
