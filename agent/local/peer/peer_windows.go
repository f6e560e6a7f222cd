package peer

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Tables of iprtrmib.h: TCP_TABLE_OWNER_PID_LISTENER and
// TCP_TABLE_OWNER_PID_CONNECTIONS.
const (
	listeners   = 3
	connections = 4
)

func self() (Owner, error) { return OfProcess(windows.GetCurrentProcessId()) }

// find names the owner of the process that has the peer's end. It looks twice:
// a process number that was used again in between is not mistaken.
func find(local, remote netip.AddrPort) (Owner, error) {
	pid, err := processOf(local, remote)
	if err != nil {
		return Owner{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	o, err := OfProcess(pid)
	if err != nil {
		return Owner{}, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	if again, err := processOf(local, remote); err != nil || again != pid {
		return Owner{}, fmt.Errorf("%w: the connection from %v has ended", ErrUnknown, remote)
	}
	return o, nil
}

// Listener is the process that listens on a port of the loopback address, or of
// every address.
func Listener(port int) (pid uint32, ok bool) {
	for _, l := range []layout{layout4, layout6} {
		rows, err := tcpTable(l.family, listeners)
		if err != nil {
			continue
		}
		for ; len(rows) >= l.size; rows = rows[l.size:] {
			at := l.at(rows, l.local, l.localPort)
			if int(at.Port()) == port && (at.Addr().IsLoopback() || at.Addr().IsUnspecified()) {
				return binary.LittleEndian.Uint32(rows[l.pid:]), true
			}
		}
	}
	return 0, false
}

// layout of a row: MIB_TCPROW_OWNER_PID and MIB_TCP6ROW_OWNER_PID.
type layout struct{ family, size, local, localPort, remote, remotePort, pid, length int }

var (
	layout4 = layout{windows.AF_INET, 24, 4, 8, 12, 16, 20, 4}
	layout6 = layout{windows.AF_INET6, 56, 0, 20, 24, 44, 52, 16}
)

// processOf finds the row whose own end is remote and whose other end is local.
func processOf(local, remote netip.AddrPort) (uint32, error) {
	l := layout6
	if remote.Addr().Is4() {
		l = layout4
	}
	rows, err := tcpTable(l.family, connections)
	if err != nil {
		return 0, err
	}
	for ; len(rows) >= l.size; rows = rows[l.size:] {
		if l.at(rows, l.local, l.localPort) == remote && l.at(rows, l.remote, l.remotePort) == local {
			return binary.LittleEndian.Uint32(rows[l.pid:]), nil
		}
	}
	return 0, fmt.Errorf("no connection from %v", remote)
}

func (l layout) at(row []byte, address, port int) netip.AddrPort {
	a, _ := netip.AddrFromSlice(row[address : address+l.length])
	return netip.AddrPortFrom(a, binary.BigEndian.Uint16(row[port:]))
}

// tcpTable is the rows alone, after their count; what follows them is zero. The
// table may grow between the question for its size and the copy, hence the few
// rounds.
func tcpTable(family, table int) ([]byte, error) {
	proc := windows.NewLazySystemDLL("iphlpapi.dll").NewProc("GetExtendedTcpTable")
	size := uint32(16384)
	for range 8 {
		b := make([]byte, size)
		code, _, _ := proc.Call(uintptr(unsafe.Pointer(&b[0])), uintptr(unsafe.Pointer(&size)), 0, uintptr(family), uintptr(table), 0)
		switch windows.Errno(code) {
		case 0:
			return b[4:], nil
		case windows.ERROR_INSUFFICIENT_BUFFER:
			size += 4096
		default:
			return nil, windows.Errno(code)
		}
	}
	return nil, windows.ERROR_INSUFFICIENT_BUFFER
}

// OfProcess is the user and session of a running process.
func OfProcess(pid uint32) (Owner, error) {
	var o Owner
	if err := windows.ProcessIdToSessionId(pid, &o.Session); err != nil {
		return o, err
	}
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return o, err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return o, err
	}
	defer func() { _ = token.Close() }()
	user, err := token.GetTokenUser()
	if err != nil {
		return o, err
	}
	o.User = user.User.Sid.String()
	return o, nil
}
