package main

import (
	"os"
	"os/exec"
	"strconv"
	"testing"

	"golang.org/x/sys/windows"
)

// snoops tells this test program to try another process's memory.
const snoops = "SMARTCARD_CONNECT_TEST_SNOOPS"

// TestSnoop is another program of the same user; it does nothing by itself. Its
// exit code says what it may: 10 look, 11 not even that, 12 read.
func TestSnoop(t *testing.T) {
	pid, err := strconv.ParseUint(os.Getenv(snoops), 10, 32)
	if err != nil {
		t.Skip("TestHardened runs this in a process of its own")
	}
	if p, err := windows.OpenProcess(windows.PROCESS_VM_READ, false, uint32(pid)); err == nil {
		_ = windows.CloseHandle(p)
		os.Exit(12)
	}
	p, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION|windows.SYNCHRONIZE, false, uint32(pid))
	if err != nil {
		os.Exit(11)
	}
	_ = windows.CloseHandle(p)
	os.Exit(10)
}

// Requirement: another program of the same user cannot read the agent's memory,
// and can still see whose it is, as the port service must (issue, "Secure").
// Turned red by: the access list that Windows gives by itself.
func TestHardened(t *testing.T) {
	snoop := func() int {
		cmd := exec.Command(os.Args[0], "-test.run", "^TestSnoop$")
		cmd.Env = append(os.Environ(), snoops+"="+strconv.Itoa(os.Getpid()))
		_ = cmd.Run()
		return cmd.ProcessState.ExitCode()
	}
	if code := snoop(); code != 12 {
		t.Fatalf("before, the other program ends with %d", code)
	}
	if err := harden(); err != nil {
		t.Fatal(err)
	}
	if code := snoop(); code != 10 {
		t.Errorf("the other program ends with %d", code)
	}
}
