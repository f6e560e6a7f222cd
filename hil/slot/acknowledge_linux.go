package slot

import (
	"net"

	"golang.org/x/sys/unix"
)

// acknowledge asks the kernel not to delay (tcp(7), TCP_QUICKACK). The setting
// does not last; failure costs time only.
func acknowledge(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1) })
}
