package host

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/farm"
)

// Requirement: hosts keep logging when the hub is away and catch up after, each
// outcome once, also over a restart and after a line that was cut off. Source:
// issue 7, "hosts keep logging when the hub is away and catch up". Turned red by:
// an entry that is passed on twice, out of order or never.
func TestJournal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := journal(t, path)
	add(t, j, 1, 2)
	passes(t, j, 2, 1) // the hub goes away at the second
	add(t, j, 3)
	torn(t, path)

	j = journal(t, path)
	passes(t, j, 0, 2, 3)
	passes(t, j, 0)
	add(t, j, 4)
	passes(t, j, 0, 4)

	if err := os.Remove(path + ".done"); err != nil {
		t.Fatal(err)
	}
	passes(t, journal(t, path), 0, 1, 2, 3, 4) // all are still there
}

func journal(t *testing.T, path string) *Journal {
	t.Helper()
	j, err := OpenJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func add(t *testing.T, j *Journal, cells ...int) {
	t.Helper()
	for _, n := range cells {
		wants(t, j.Add(Entry{Work: farm.Work{Cell: fmt.Sprint(n)}}), nil)
	}
}

// torn leaves the begin of a line, as a crash does.
func torn(t *testing.T, path string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"work":{"ce`); err != nil {
		t.Fatal(err)
	}
	wants(t, f.Close(), nil)
}

// passes wants these cells, and refuses to take stop.
func passes(t *testing.T, j *Journal, stop int, want ...int) {
	t.Helper()
	away := errors.New("away")
	var got []string
	err := j.Pass(func(e Entry) error {
		if e.Work.Cell == fmt.Sprint(stop) {
			return away
		}
		got = append(got, e.Work.Cell)
		return nil
	})
	if stop != 0 {
		wants(t, err, away)
	} else {
		wants(t, err, nil)
	}
	var cells []string
	for _, n := range want {
		cells = append(cells, fmt.Sprint(n))
	}
	if !slices.Equal(got, cells) {
		t.Fatalf("passed on %v, want %v", got, cells)
	}
}
