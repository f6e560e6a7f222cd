package namespace

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// Start runs cmd inside new namespaces as process 1 and as root of them, the
// caller's user outside. When the caller ends, however it ends, or calls cut,
// the kernel closes the lifeline, process 1 ends and everything started inside
// is killed. Errors wrap ErrUnavailable where the kernel refuses.
func Start(cmd *exec.Cmd) (cut func() error, err error) {
	inner, outer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer func() { _ = inner.Close() }()
	cmd.ExtraFiles = []*os.File{inner}
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	if err := cmd.Start(); err != nil {
		_ = outer.Close()
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return outer.Close, nil
}
