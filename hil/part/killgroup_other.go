//go:build !unix

package part

import "os/exec"

// KillGroup ends the command; there are no process groups.
func KillGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
