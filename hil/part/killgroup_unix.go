//go:build unix

package part

import (
	"os/exec"
	"syscall"
)

// KillGroup ends what is left of the group of a command started with OwnGroup,
// also after the command itself has ended.
func KillGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
