package part

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// OwnGroup keeps the console's Ctrl-C from cmd.
func OwnGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}

// Group is a program and all that it starts: a job object, which nothing leaves.
// What is in it ends with the last handle to it, and so with this process,
// however that ends.
type Group struct {
	process uint32
	mu      sync.Mutex
	job     windows.Handle // 0 once closed
}

// StartGroup starts a command that OwnGroup has prepared. It is in the job before
// its first instruction.
func StartGroup(cmd *exec.Cmd) (*Group, error) {
	job, err := newJob()
	if err != nil {
		return nil, fmt.Errorf("no job object: %w", err)
	}
	cmd.SysProcAttr.CreationFlags |= windows.CREATE_SUSPENDED
	if err := cmd.Start(); err != nil {
		return nil, errors.Join(err, windows.CloseHandle(job))
	}
	g := &Group{process: uint32(cmd.Process.Pid), job: job}
	if err := g.enter(); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		g.Close()
		return nil, fmt.Errorf("job object: %w", err)
	}
	return g, nil
}

// newJob is a job whose processes end with its last handle.
func newJob() (windows.Handle, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	var limits windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION
	limits.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		return 0, errors.Join(err, windows.CloseHandle(job))
	}
	return job, nil
}

// enter puts the process into the job and lets it begin.
func (g *Group) enter() error {
	p, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, g.process)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(p) }()
	if err := windows.AssignProcessToJobObject(g.job, p); err != nil {
		return err
	}
	return resume(g.process)
}

// resume lets the threads of a process run: one, where it has not begun yet.
func resume(process uint32) error {
	all, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPTHREAD, 0)
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(all) }()
	t := windows.ThreadEntry32{Size: uint32(unsafe.Sizeof(windows.ThreadEntry32{}))}
	found := false
	for err = windows.Thread32First(all, &t); err == nil; err = windows.Thread32Next(all, &t) {
		if t.OwnerProcessID != process {
			continue
		}
		found = true
		if err := resumeThread(t.ThreadID); err != nil {
			return err
		}
	}
	if !errors.Is(err, windows.ERROR_NO_MORE_FILES) {
		return err
	}
	if !found {
		return fmt.Errorf("process %d has no thread", process)
	}
	return nil
}

func resumeThread(id uint32) error {
	h, err := windows.OpenThread(windows.THREAD_SUSPEND_RESUME, false, id)
	if err != nil {
		return err
	}
	_, err = windows.ResumeThread(h)
	return errors.Join(err, windows.CloseHandle(h))
}

// Kill ends what is left in the group, also after the command itself has ended.
func (g *Group) Kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job != 0 {
		_ = windows.TerminateJobObject(g.job, 1)
	}
}

// Close lets go of the group, once its command was waited for. What it has left
// behind ends.
func (g *Group) Close() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job != 0 {
		_ = windows.CloseHandle(g.job)
		g.job = 0
	}
}

// signal asks by Ctrl-Break, which is an interrupt to programs in Go. A service
// has no console to ask through, and then nothing but killing is left.
func (g *Group) signal(s os.Signal) {
	if s == os.Interrupt && windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, g.process) == nil {
		return
	}
	g.Kill()
}

// standBack does nothing: all wait alike.
func standBack(*exec.Cmd, int) {}
