package vpcd

import (
	"net"
	"syscall"
)

// quickAck asks the kernel to acknowledge what arrives without delay. The
// setting does not last (tcp(7), TCP_QUICKACK); failure only costs time.
func quickAck(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_QUICKACK, 1)
	})
}
