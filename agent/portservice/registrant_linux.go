package portservice

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// registrant is who connected to the unix socket (SO_PEERCRED, unix(7), as of
// its connect), held by a pidfd, so that a process number which is used again
// is nobody's.
func registrant(c net.Conn) (Registrant, error) {
	u, fd, err := peerOf(c)
	if err != nil {
		return Registrant{}, fmt.Errorf("portservice: who connects: %w", err)
	}
	ended, release, err := watch(fd)
	if err != nil {
		return Registrant{}, fmt.Errorf("portservice: pidfd: %w", err)
	}
	return Registrant{peer.Owner{User: strconv.FormatUint(uint64(u.Uid), 10)}, ended, release}, nil
}

// peerOf is the credentials and a pidfd of the other end.
func peerOf(c net.Conn) (u *unix.Ucred, pidfd int, err error) {
	socket, ok := c.(syscall.Conn)
	if !ok {
		return nil, 0, fmt.Errorf("%T is no socket", c)
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, 0, err
	}
	failed := raw.Control(func(fd uintptr) {
		if u, err = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED); err == nil {
			pidfd, err = pidfdOf(int(fd), u)
		}
	})
	if failed != nil {
		err = failed
	}
	return u, pidfd, err
}

// pidfdOf asks the socket (SO_PEERPIDFD, Linux 6.5).
func pidfdOf(socket int, u *unix.Ucred) (int, error) {
	fd, err := unix.GetsockoptInt(socket, unix.SOL_SOCKET, unix.SO_PEERPIDFD)
	if errors.Is(err, unix.ENOPROTOOPT) {
		return byNumber(u)
	}
	return fd, err
}

// byNumber is for older kernels. Should the number have been used again
// meanwhile, then at least by the same user, whose own agent it would be.
func byNumber(u *unix.Ucred) (int, error) {
	fd, err := unix.PidfdOpen(int(u.Pid), 0)
	if err != nil {
		return 0, err
	}
	var s unix.Stat_t
	if err = unix.Stat("/proc/"+strconv.Itoa(int(u.Pid)), &s); err == nil && s.Uid != u.Uid {
		err = fmt.Errorf("process %d is of user %d now, not %d", u.Pid, s.Uid, u.Uid)
	}
	if err != nil {
		_ = unix.Close(fd)
	}
	return fd, err
}

// watch waits for a pidfd to become readable, which is the process's end
// (pidfd_open(2)).
func watch(fd int) (ended <-chan struct{}, release func(), err error) {
	if err := unix.SetNonblock(fd, true); err != nil {
		_ = unix.Close(fd)
		return nil, nil, err
	}
	f := os.NewFile(uintptr(fd), "pidfd")
	raw, err := f.SyscallConn()
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	gone := make(chan struct{})
	go func() {
		if raw.Read(readable) == nil {
			close(gone)
		}
	}()
	return gone, func() { _ = f.Close() }, nil
}

func readable(fd uintptr) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return err == nil && n > 0
}
