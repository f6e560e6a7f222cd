package main

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Requirement: systemd understands every line of the unit that is installed,
// and the unit starts this very program. Turned red by: a misspelt setting.
func TestUnit(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text := unitFor(self)
	if !strings.Contains(text, "\nExecStart="+self+" serve --socket /run/smartcard-connect/ports.sock\n") || strings.Contains(text, packaged) {
		t.Fatalf("it starts another program:\n%s", text)
	}
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not on this machine")
	}
	path := filepath.Join(t.TempDir(), filepath.Base(unitPath))
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	// --man=no: the documentation is a page on the web.
	out, err := exec.Command(analyze, "verify", "--man=no", path).CombinedOutput()
	if err != nil || strings.Contains(string(out), filepath.Base(path)) {
		t.Errorf("%v: %s", err, out)
	}
}

// Requirement: the service manager hears that the service is ready, once
// (sd_notify(3)). Turned red by: Type=notify without a word.
func TestNotify(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no systemd on " + runtime.GOOS)
	}
	path := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := notify(path); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 64)
	n, err := l.Read(b)
	if err != nil || string(b[:n]) != "READY=1" {
		t.Errorf("%q %v", b[:n], err)
	}
	if err := notify(""); err != nil {
		t.Errorf("nobody asked: %v", err)
	}
}
