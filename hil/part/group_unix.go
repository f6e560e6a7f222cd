//go:build unix

package part

import (
	"os"
	"os/exec"
	"syscall"
)

// OwnGroup keeps the terminal's Ctrl-C from cmd and lets us signal its
// children with it.
func OwnGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func signalGroup(cmd *exec.Cmd, s os.Signal) {
	number, ok := s.(syscall.Signal)
	if ok && cmd.SysProcAttr != nil && cmd.SysProcAttr.Setpgid {
		_ = syscall.Kill(-cmd.Process.Pid, number)
		return
	}
	_ = cmd.Process.Signal(s)
}
