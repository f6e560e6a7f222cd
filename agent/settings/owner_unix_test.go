//go:build unix

package settings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/smartcard-connect/smartcard-connect/agent/settings"
)

// Requirement: a file of the policy or machine tier counts only when nobody but
// its administrator can have written it; else it is reported and ignored (issue
// "settings"). Turned red by: not looking at mode, owner, folders above, or at
// what a link leads to.
func TestOwnedBy(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(dir, file string) error
		uid    int
		reason string
	}{
		"as it should be":   {func(string, string) error { return nil }, os.Getuid(), ""},
		"group writes":      {func(_, f string) error { return os.Chmod(f, 0o664) }, os.Getuid(), "may be written by others"},
		"all write":         {func(_, f string) error { return os.Chmod(f, 0o606) }, os.Getuid(), "may be written by others"},
		"all write folder":  {func(d, _ string) error { return os.Chmod(d, 0o777) }, os.Getuid(), "may be written by others"},
		"another's":         {func(_, f string) error { return chown(f) }, os.Getuid() + 1, "belongs to user"},
		"link to another's": {func(d, f string) error { return link(d, f) }, os.Getuid(), "may be written by others"},
		"a folder":          {func(_, f string) error { return os.Remove(f) }, os.Getuid(), "not a regular file"},
	} {
		dir := filepath.Join(t.TempDir(), "etc")
		file := filepath.Join(dir, "settings")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("Port = 7\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := c.spoil(dir, file); err != nil {
			t.Fatal(err)
		}
		if name == "a folder" {
			if err := os.Mkdir(file, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		values, complaints := settings.Files{Paths: []string{file}, Trusted: settings.OwnedBy(c.uid)}.Read()
		if c.reason == "" && (len(values) != 1 || len(complaints) != 0) {
			t.Errorf("%s: %v %v", name, values, complaints)
		}
		if c.reason != "" && (len(values) != 0 || len(complaints) != 1 || !strings.Contains(complaints[0].Reason, c.reason)) {
			t.Errorf("%s: %v %v", name, values, complaints)
		}
	}
}

// chown gives a file to somebody else, where this test may; else it is this
// user's already and the case asks for the next user.
func chown(file string) error {
	if os.Getuid() == 0 {
		return os.Chown(file, 12345, 12345)
	}
	return nil
}

// link puts a link to a file that all may write in place of file.
func link(dir, file string) error {
	other := filepath.Join(filepath.Dir(dir), "other")
	if err := os.WriteFile(other, []byte("Port = 7\n"), 0o644); err != nil {
		return err
	}
	if err := os.Chmod(other, 0o666); err != nil {
		return err
	}
	if err := os.Remove(file); err != nil {
		return err
	}
	return os.Symlink(other, file)
}
