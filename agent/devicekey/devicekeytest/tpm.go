// Package devicekeytest runs a TPM 2.0 made of software for a test: swtpm, as
// Debian has it.
package devicekeytest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TPM is the unix socket of a fresh software TPM with a seed of its own, which
// runs until the test ends. A machine without swtpm skips the test.
func TPM(t testing.TB) string {
	t.Helper()
	program, err := exec.LookPath("swtpm")
	if err != nil {
		t.Skip("swtpm is not installed: apt-get install swtpm")
	}
	dir, err := os.MkdirTemp("", "tpm") // not TempDir: a socket's path may have 108 bytes
	if err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "sock")
	run := exec.Command(program, "socket", "--tpm2", "--tpmstate", "dir="+dir, "--server", "type=unixio,path="+socket, "--flags", "not-need-init,startup-clear")
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = run.Process.Kill(); _ = run.Wait(); _ = os.RemoveAll(dir) })
	for range 3000 {
		if c, err := net.Dial("unix", socket); err == nil { // the file is there before anybody listens
			_ = c.Close()
			return socket
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("swtpm opens no socket")
	return ""
}
