package local

import (
	"net"
	"testing"

	"golang.org/x/sys/windows"
)

// Requirement: no other program takes a port of ours, not even one that asks for
// SO_REUSEADDR. Source: issue, point 8; "Using SO_REUSEADDR and
// SO_EXCLUSIVEADDRUSE", Windows Sockets. Turned red by: a listener that is not
// exclusive.
func TestPortIsOurs(t *testing.T) {
	listeners, err := Listen(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range listeners {
		defer l.Close()
	}
	port := listeners[0].Addr().(*net.TCPAddr).Port
	s, err := windows.Socket(windows.AF_INET, windows.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.Closesocket(s)
	if err := windows.SetsockoptInt(s, windows.SOL_SOCKET, windows.SO_REUSEADDR, 1); err != nil {
		t.Fatal(err)
	}
	if err := windows.Bind(s, &windows.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); !inUse(err) {
		t.Errorf("another program on port %d: %v", port, err)
	}
	if _, err := Listen(t.Context(), port); err == nil {
		t.Error("twice the same port")
	}
}
