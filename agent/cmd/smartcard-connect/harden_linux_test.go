package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Requirement: a passcode in memory is kept from debuggers and core files
// (design §4; prctl(2), setrlimit(2)). It is checked in a process of its own,
// as it cannot be undone. Turned red by: leaving harden out.
func TestHarden(t *testing.T) {
	if os.Getenv("HARDENED_CHILD") == "1" {
		if err := harden(); err != nil {
			t.Fatal(err)
		}
		var limit unix.Rlimit
		if err := unix.Getrlimit(unix.RLIMIT_CORE, &limit); err != nil || limit.Cur != 0 || limit.Max != 0 {
			t.Fatalf("core files up to %+v, %v", limit, err)
		}
		if dumpable, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || dumpable != 0 {
			t.Fatalf("dumpable %d, %v", dumpable, err)
		}
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestHarden$", "-test.v")
	child.Env = append(os.Environ(), "HARDENED_CHILD=1")
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: TestHarden") {
		t.Errorf("%v: %s", err, out)
	}
}
