package peer

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Sizes and numbers of linux/inet_diag.h and linux/sock_diag.h.
const (
	sockDiagByFamily = 20
	headerSize       = 16 // struct nlmsghdr
	requestSize      = 56 // struct inet_diag_req_v2
	answerSize       = 72 // struct inet_diag_msg
	uidOffset        = 64 // of idiag_uid
	established      = 1  // TCP_ESTABLISHED
)

func self() (Owner, error) { return Owner{User: strconv.Itoa(os.Getuid())}, nil }

// find asks for exactly the peer's socket: its own address is remote, and it is
// connected to local. Only an established one has an owner worth the name.
func find(local, remote netip.AddrPort) (Owner, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return Owner{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	defer func() { _ = unix.Close(fd) }()
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 2}); err != nil {
		return Owner{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	if err := unix.Sendto(fd, query(local, remote), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return Owner{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	buffer := make([]byte, 4096)
	n, _, err := unix.Recvfrom(fd, buffer, 0)
	if err != nil {
		return Owner{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return parse(buffer[:n], local, remote)
}

func query(local, remote netip.AddrPort) []byte {
	b := make([]byte, headerSize+requestSize)
	native := binary.NativeEndian
	native.PutUint32(b[0:], uint32(len(b)))
	native.PutUint16(b[4:], sockDiagByFamily)
	native.PutUint16(b[6:], unix.NLM_F_REQUEST)
	r := b[headerSize:]
	r[0], r[1] = unix.AF_INET6, unix.IPPROTO_TCP
	if remote.Addr().Is4() {
		r[0] = unix.AF_INET
	}
	native.PutUint32(r[4:], 1<<established)
	id := r[8:]
	binary.BigEndian.PutUint16(id[0:], remote.Port())
	binary.BigEndian.PutUint16(id[2:], local.Port())
	copy(id[4:20], remote.Addr().AsSlice())
	copy(id[20:36], local.Addr().AsSlice())
	native.PutUint32(id[40:], ^uint32(0)) // no cookie
	native.PutUint32(id[44:], ^uint32(0))
	return b
}

func parse(b []byte, local, remote netip.AddrPort) (Owner, error) {
	if len(b) < headerSize+answerSize || binary.NativeEndian.Uint16(b[4:]) != sockDiagByFamily {
		return Owner{}, fmt.Errorf("%w: the kernel knows no connection from %v", ErrUnknown, remote)
	}
	m := b[headerSize:]
	from, to := binary.BigEndian.Uint16(m[4:]), binary.BigEndian.Uint16(m[6:])
	if m[1] != established || from != remote.Port() || to != local.Port() {
		return Owner{}, fmt.Errorf("%w: the connection from %v is closing", ErrUnknown, remote)
	}
	uid := binary.NativeEndian.Uint32(m[uidOffset:])
	return Owner{User: strconv.FormatUint(uint64(uid), 10)}, nil
}
