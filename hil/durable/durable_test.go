package durable_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/hil/durable"
)

// Requirement: a file is replaced whole, read by nobody but its owner, and a write
// that fails leaves the old one and nothing beside it; what a power cut left
// unfinished is no hindrance. Turned red by: writing in place, or leaving the
// unfinished file.
func TestReplace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state")
	if err := os.WriteFile(path+".new", []byte("unfinished and longer"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"first", "then"} {
		if err := durable.Replace(path, []byte(content)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != content {
			t.Errorf("%q, %v", got, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode %v", mode)
	}
	taken := filepath.Join(dir, "folder")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(taken, []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "*")); len(names) != 2 {
		t.Errorf("left over: %v", names)
	}
}

// Requirement: a folder whose names cannot be made durable is an error, where that
// is the caller's work (NTFS journals names itself).
// Turned red by: not looking.
func TestFolder(t *testing.T) {
	dir := t.TempDir()
	if err := durable.Folder(dir); err != nil {
		t.Error(err)
	}
	if err := durable.Folder(filepath.Join(dir, "none")); err == nil && runtime.GOOS != "windows" {
		t.Error("a folder that is not there is durable")
	}
}
