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

// Group is a program and what it starts, as long as that stays in its process
// group.
type Group struct{ id int }

// StartGroup starts a command that OwnGroup has prepared.
func StartGroup(cmd *exec.Cmd) (*Group, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Group{cmd.Process.Pid}, nil
}

// Kill ends what is left of the group, also after the command itself has ended.
func (g *Group) Kill() { g.signal(syscall.SIGKILL) }

// Close lets go of the group, once its command was waited for.
func (g *Group) Close() {}

func (g *Group) signal(s os.Signal) {
	if number, ok := s.(syscall.Signal); ok {
		_ = syscall.Kill(-g.id, number)
	}
}

// standBack has the program's group wait for others. Where the system refuses,
// all wait alike.
func standBack(cmd *exec.Cmd, nice int) {
	_ = syscall.Setpriority(syscall.PRIO_PGRP, cmd.Process.Pid, nice)
}
