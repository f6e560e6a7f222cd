//go:build unix

package passcode

import (
	"os/exec"
	"syscall"
)

// apart gives the program a session of its own: it then may read a terminal it
// is told of although it is in no foreground group, and Cancel kills it with
// all its children.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
