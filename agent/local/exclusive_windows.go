package local

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// soExclusiveAddrUse is SO_EXCLUSIVEADDRUSE of winsock2.h: ~SO_REUSEADDR.
const soExclusiveAddrUse = ^4

// exclusive keeps other programs from binding the same port with SO_REUSEADDR,
// which on Windows takes a listener's callers away from it ("Using SO_REUSEADDR
// and SO_EXCLUSIVEADDRUSE", Windows Sockets).
func exclusive(_, _ string, c syscall.RawConn) error {
	var failed error
	err := c.Control(func(fd uintptr) {
		failed = windows.SetsockoptInt(windows.Handle(fd), windows.SOL_SOCKET, soExclusiveAddrUse, 1)
	})
	return errors.Join(err, failed)
}

// inUse says that another program has the port, exclusively or not.
func inUse(err error) bool {
	return errors.Is(err, windows.WSAEADDRINUSE) || errors.Is(err, windows.WSAEACCES)
}
