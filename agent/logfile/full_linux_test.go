package logfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/logfile"
)

// Requirement: a full disk costs the lines and nothing else (issue "logs"; a
// device that is always full is full(4)). Turned red by: giving the error to who
// logs.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.log")
	if err := os.Symlink("/dev/full", path); err != nil {
		t.Fatal(err)
	}
	f := &logfile.File{Path: path}
	if n, err := f.Write([]byte("line\n")); n != 5 || err != nil {
		t.Errorf("%d %v", n, err)
	}
	if !errors.Is(f.Err(), syscall.ENOSPC) {
		t.Errorf("lost for another reason: %v", f.Err())
	}
}
