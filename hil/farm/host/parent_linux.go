package host

import (
	"os/exec"
	"syscall"
)

// withParent has the kernel kill the program when this one dies, however it dies.
// The daemon that comes next ends the token in any case.
func withParent(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL }
