//go:build linux

package chaos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// process is one of the farm, that is started again with start.
type process struct {
	t         *testing.T
	l         layout
	role      string
	name      string
	namespace string // "" is the test's own

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{}
}

// own gives a host's daemon a /run/pcscd of its own; the mount namespace that ip
// makes for it ends with it.
const own = `mkdir -p /run/pcscd && mount -t tmpfs none /run/pcscd && exec "$0"`

func (p *process) start() {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	args := []string{self}
	if p.role == "host" {
		args = []string{"sh", "-c", own, self}
	}
	if p.namespace != "" {
		args = append([]string{"ip", "netns", "exec", p.namespace}, args...)
	}
	log, err := os.OpenFile(filepath.Join(p.l.Dir, p.name+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = append(os.Environ(), envRole+"="+p.role, envName+"="+p.name, envLayout+"="+p.l.file())
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	_ = log.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd, p.ended = cmd, make(chan struct{})
	go func(ended chan struct{}) {
		_ = cmd.Wait()
		close(ended)
	}(p.ended)
}

// signal sends one to the process alone, not to what it has started.
func (p *process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(s)
	}
}

// kill is kill -9, and returns when the process is gone.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	p.mu.Lock()
	ended := p.ended
	p.mu.Unlock()
	if ended != nil {
		<-ended
	}
}

// cells are the conformance processes that a host's daemon has running.
func (p *process) cells() (pids []int) {
	p.mu.Lock()
	parent := p.cmd.Process.Pid
	p.mu.Unlock()
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		raw, err := os.ReadFile(path)
		_, rest, ok := strings.Cut(string(raw), ") ")
		fields := strings.Fields(rest)
		if err != nil || !ok || len(fields) < 2 || fields[1] != strconv.Itoa(parent) {
			continue
		}
		dir := filepath.Dir(path)
		env, _ := os.ReadFile(filepath.Join(dir, "environ"))
		if strings.Contains(string(env), envRole+"=cell\x00") {
			n, _ := strconv.Atoi(filepath.Base(dir))
			pids = append(pids, n)
		}
	}
	return pids
}

// pcscd is the process of the pcscd at a host.
func (p *process) pcscd() (int, error) {
	raw, err := os.ReadFile(filepath.Join(p.l.Dir, p.name+".pcscd"))
	if err != nil {
		return 0, err
	}
	pid, err := strconv.Atoi(string(raw))
	if err != nil {
		return 0, err
	}
	name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil || strings.TrimSpace(string(name)) != "pcscd" {
		return 0, fmt.Errorf("process %d is no pcscd", pid)
	}
	return pid, nil
}
