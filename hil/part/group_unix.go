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

// standBack has the program's group wait for others. Where the system refuses,
// all wait alike.
func standBack(cmd *exec.Cmd, nice int) {
	_ = syscall.Setpriority(syscall.PRIO_PGRP, cmd.Process.Pid, nice)
}
