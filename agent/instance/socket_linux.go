package instance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// Listen is the agent's end, at a path in a folder that is this user's alone,
// which it makes. A socket nobody answers on is left over from a crash and is
// replaced.
func Listen(path string) (net.Listener, error) {
	dir := filepath.Dir(path)
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("instance: %w", err)
	}
	if err := private(dir); err != nil {
		return nil, err
	}
	if c, err := net.Dial("unix", path); err == nil {
		_ = c.Close()
		return nil, fmt.Errorf("instance: another agent of this session answers on %s", path)
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		_ = os.Remove(path)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("instance: %w", err)
	}
	return l, nil
}

// private refuses a folder in which another user could put a socket.
func private(dir string) error {
	var s unix.Stat_t
	if err := unix.Lstat(dir, &s); err != nil {
		return fmt.Errorf("instance: %s: %w", dir, err)
	}
	if s.Mode&unix.S_IFMT != unix.S_IFDIR || int(s.Uid) != os.Getuid() || s.Mode&0o022 != 0 {
		return fmt.Errorf("instance: %s: %w", dir, ErrStranger)
	}
	return nil
}

func dial(ctx context.Context, path string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "unix", path)
}

// ours wants the other end to be this very user (SO_PEERCRED, unix(7)).
func ours(c net.Conn) error {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return fmt.Errorf("instance: %T is no socket", c)
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return fmt.Errorf("instance: %w", err)
	}
	var u *unix.Ucred
	if failed := raw.Control(func(fd uintptr) { u, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); failed != nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("instance: %w", err)
	}
	if int(u.Uid) != os.Getuid() {
		return fmt.Errorf("instance: %w: user %d", ErrStranger, u.Uid)
	}
	return nil
}
