package namespace

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Setup finishes the machine from inside, before anything else is started: the
// lifeline is watched, /proc shows the own processes only, /run is empty but
// for the directories in keep, and the loopback is up. dead is called when the
// outer program is gone.
func Setup(dead func(), keep ...string) error {
	go watch(os.NewFile(Lifeline, "lifeline"), dead)
	steps := []struct {
		what string
		do   func() error
	}{
		{"make mounts private", func() error { return unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") }},
		{"mount /proc", func() error {
			return unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
		}},
		{"mount an empty /run", func() error { return emptyRun(keep) }},
		{"bring the loopback up", loopback},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			return fmt.Errorf("%w: %s: %w", ErrUnavailable, s.what, err)
		}
	}
	return nil
}

// watch reads until the other end is closed; nobody ever writes.
func watch(line io.Reader, dead func()) {
	_, _ = io.Copy(io.Discard, line)
	dead()
}

// emptyRun covers /run. What is kept is held open across the cover and bound
// back, such as the directory of a desktop's display.
func emptyRun(keep []string) error {
	held := map[string]*os.File{}
	for _, dir := range keep {
		if f, err := os.Open(dir); err == nil {
			held[dir] = f
			defer func() { _ = f.Close() }()
		}
	}
	if err := unix.Mount("none", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=0755"); err != nil {
		return err
	}
	for dir, f := range held {
		if err := bindBack(dir, f); err != nil {
			return err
		}
	}
	return os.MkdirAll("/run/pcscd", 0o755)
}

func bindBack(dir string, f *os.File) error {
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return err
	}
	return unix.Mount(fmt.Sprintf("/proc/self/fd/%d", f.Fd()), dir, "", unix.MS_BIND|unix.MS_REC, "")
}

// loopback is `ip link set lo up` (netdevice(7), SIOCSIFFLAGS).
func loopback() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer func() { _ = unix.Close(s) }()
	request, err := unix.NewIfreq("lo")
	if err != nil {
		return err
	}
	request.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, request)
}
