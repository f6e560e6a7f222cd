//go:build linux && cgo

package desktop_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Requirement: the agent leaves no core on SIGABRT, even where whoever started
// it asks Go for one and allows any size; a process that is not hardened does
// (issue, "the agent itself leaves no core on SIGABRT"; prctl(2), setrlimit(2)).
// Turned red by: leaving harden out of the program.
func TestNoCore(t *testing.T) {
	if !inCell(t) {
		return
	}
	c := setup(t, "9", passcode)
	if err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}); err != nil {
		t.Skip("this machine allows no core files: ", err)
	}
	other := aborted(t, exec.Command(os.Args[0]), holdVariable+"=1")
	if !other.CoreDump() {
		t.Skip("this machine writes no core files of any program")
	}
	c.agent(c.scripted(passcode)) // writes its settings
	c.signIn(t.Context())
	c.Close()
	run := exec.Command(filepath.Join(programs, "smartcard-connect"), "run", "--settings", c.Settings, "--log-folder", "-", "--session-dir", c.Dir)
	if agent := aborted(t, run); !agent.Signaled() && agent.ExitStatus() != 2 || agent.CoreDump() {
		t.Errorf("it ended with %v, core %v", agent, agent.CoreDump())
	}
}

// aborted starts a program that says a line when it is there, and sends it
// SIGABRT.
func aborted(t *testing.T, cmd *exec.Cmd, env ...string) syscall.WaitStatus {
	t.Helper()
	cmd.Dir = t.TempDir() // where a core would be
	cmd.Env = append(os.Environ(), append(env, "GOTRACEBACK=crash")...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	_, _ = in.Write([]byte("00\n")) // the holder answers to this
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(unix.SIGABRT); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	return cmd.ProcessState.Sys().(syscall.WaitStatus)
}
