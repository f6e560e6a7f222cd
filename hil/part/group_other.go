//go:build !unix

package part

import (
	"os"
	"os/exec"
)

// OwnGroup does nothing: there are no process groups.
func OwnGroup(*exec.Cmd) {}

// signalGroup ends the program, whatever the signal.
func signalGroup(cmd *exec.Cmd, _ os.Signal) { _ = cmd.Process.Kill() }

// standBack does nothing: all wait alike.
func standBack(*exec.Cmd, int) {}
