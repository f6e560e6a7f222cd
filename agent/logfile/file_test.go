package logfile_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
)

// names are the files in a folder, locks left out.
func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".lock") {
			out = append(out, e.Name())
		}
	}
	return out
}

// Requirement: a log is bounded in size and number of files, and no line is cut
// (issue "logs"). Turned red by: not rotating, or keeping one file too many.
func TestSizeAndNumber(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "NHS", "made by the first line")
	f := &logfile.File{Path: filepath.Join(dir, "x.log"), Size: 100, Keep: 2}
	for i := range 50 {
		if _, err := fmt.Fprintf(f, `{"line":%d,"fill":"0123456789"}`+"\n", i); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(names(t, dir), " "); got != "x.log x.log.1 x.log.2" {
		t.Errorf("files: %s", got)
	}
	for _, name := range names(t, dir) {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || len(raw) > 100 || !strings.HasPrefix(string(raw), `{"line"`) || !strings.HasSuffix(string(raw), "}\n") {
			t.Errorf("%s has %d bytes: %q %v", name, len(raw), raw, err)
		}
	}
	if err := f.Err(); err != nil {
		t.Error(err)
	}
}

// Requirement: a log is bounded in age: a new file after Age, and what is older
// than that goes (issue "logs"). Turned red by: looking at the size alone.
func TestAge(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	f := &logfile.File{Path: filepath.Join(dir, "x.log"), Age: time.Hour, Now: func() time.Time { return now }}
	log := slog.New(slog.NewJSONHandler(f, nil))
	log.Info("first")
	log.Info("second")
	if got := strings.Join(names(t, dir), " "); got != "x.log" {
		t.Errorf("files: %s", got)
	}
	now = now.Add(61 * time.Minute)
	log.Info("third")
	if got := strings.Join(names(t, dir), " "); got != "x.log x.log.1" {
		t.Errorf("files: %s", got)
	}
	for _, old := range []string{"x.log", "x.log.1"} {
		if err := os.Chtimes(filepath.Join(dir, old), now, now.Add(-2*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(61 * time.Minute)
	log.Info("fourth")
	if got := strings.Join(names(t, dir), " "); got != "x.log x.log.1" {
		t.Errorf("files: %s; the oldest should be gone", got)
	}
}

// writers is how many processes write how many lines.
const writers, linesEach = 3, 150

// Requirement: several agents may write one log: no line is lost, mixed or cut,
// while they rotate it under each other (issue "logs"). Turned red by: keeping
// the file open, or rotating without the lock.
func TestSeveralProcesses(t *testing.T) {
	if path := os.Getenv("LOGFILE_TEST_PATH"); path != "" {
		file := &logfile.File{Path: path, Size: 4000, Keep: 1000}
		log := slog.New(slog.NewJSONHandler(file, nil))
		for i := range linesEach {
			log.Info("line", "n", i, "pid", os.Getpid(), "fill", strings.Repeat("x", i))
		}
		if err := file.Err(); err != nil {
			t.Error(err)
		}
		return
	}
	dir := t.TempDir()
	var running []*exec.Cmd
	for range writers {
		c := exec.Command(os.Args[0], "-test.run=^TestSeveralProcesses$")
		c.Env = append(os.Environ(), "LOGFILE_TEST_PATH="+filepath.Join(dir, "x.log"))
		c.Stdout = t.Output()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, c)
	}
	for _, c := range running {
		if err := c.Wait(); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, name := range names(t, dir) {
		file, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for lines := bufio.NewScanner(file); lines.Scan(); {
			var line struct{ N, Pid int }
			if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
				t.Errorf("%s: %q: %v", name, lines.Text(), err)
			}
			seen[fmt.Sprint(line)] = true
		}
		_ = file.Close()
	}
	if len(seen) != writers*linesEach || len(names(t, dir)) < 5 {
		t.Errorf("%d lines of %d in %d files", len(seen), writers*linesEach, len(names(t, dir)))
	}
}

// Requirement: a folder that cannot be written costs the lines and nothing else,
// and is told once (issue "logs"). Turned red by: an error or a panic that
// reaches who logs.
func TestUnwritable(t *testing.T) {
	inTheWay := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	told := 0
	f := &logfile.File{Path: filepath.Join(inTheWay, "x.log"), Lost: func(error) { told++ }}
	for range 3 {
		if n, err := f.Write([]byte("line\n")); n != 5 || err != nil {
			t.Errorf("%d %v", n, err)
		}
	}
	if told != 1 || f.Err() == nil || !strings.Contains(f.Err().Error(), "3 lines lost") {
		t.Errorf("told %d times: %v", told, f.Err())
	}
	if errors.Unwrap(f.Err()) == nil {
		t.Error("the reason is not in the error")
	}
}
