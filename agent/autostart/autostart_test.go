package autostart_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// entries are the files and what each must say: the agent at login, the agent
// from the menu, and addresses to the verb that takes them.
var entries = map[string][]string{
	"smartcard-connect-autostart.desktop": {"Exec=smartcard-connect run", "NoDisplay=true"},
	"smartcard-connect.desktop":           {"Exec=smartcard-connect run"},
	"smartcard-connect-address.desktop":   {"Exec=smartcard-connect authenticate %u", "MimeType=x-scheme-handler/smartcard-connect;"},
}

// Requirement: the entries are ones that desktops take, and do what the package
// promises (issue, "starts at the next login"; agent/PROTOCOL.md section 4, uri).
// Turned red by: a file that is not valid, or another command.
func TestEntries(t *testing.T) {
	files, err := filepath.Glob("*.desktop")
	if err != nil || len(files) != len(entries) {
		t.Fatalf("%q, %v", files, err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range entries[file] {
			if !strings.Contains(string(raw), "\n"+line+"\n") {
				t.Errorf("%s does not say %s", file, line)
			}
		}
	}
	if _, err := exec.LookPath("desktop-file-validate"); err != nil {
		t.Skip("this machine has no desktop-file-validate: install what ci/debian.packages names")
	}
	if out, err := exec.Command("desktop-file-validate", files...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s", err, out)
	}
}
