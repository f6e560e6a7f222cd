package portservice

import (
	"fmt"
	"net"
	"strconv"

	"golang.org/x/sys/unix"

	"github.com/smartcard-connect/smartcard-connect/agent/local/peer"
)

// credentials are the user at the other end of a unix socket (SO_PEERCRED,
// unix(7)), as of its connect.
func credentials(c *net.UnixConn) (peer.Owner, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return peer.Owner{}, err
	}
	var u *unix.Ucred
	var sockErr error
	if err := raw.Control(func(fd uintptr) { u, sockErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) }); err != nil {
		return peer.Owner{}, err
	}
	if sockErr != nil {
		return peer.Owner{}, fmt.Errorf("SO_PEERCRED: %w", sockErr)
	}
	return peer.Owner{User: strconv.FormatUint(uint64(u.Uid), 10)}, nil
}
