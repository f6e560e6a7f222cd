package peer

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

// Requirement: the kernel names the owner of an open connection, and nobody of
// a closed one (design §4.3; facts about netlink sock_diag in linux/inet_diag.h).
// Turned red by: swapping the two ends, or a wrong offset of the uid.
func TestFindNamesThisUser(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Logf("skipped %s: %v", address, err)
			continue
		}
		defer l.Close()
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		server, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		local, remote := port(server.LocalAddr()), port(server.RemoteAddr())
		got, err := Find(local, remote)
		want, selfErr := Self()
		if err != nil || selfErr != nil || got != want {
			t.Errorf("%s: %v %v, want %v", address, got, err, want)
		}
		_ = client.Close()
		if _, err := Find(local, remote); !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: a closed connection has an owner: %v", address, err)
		}
		_ = server.Close()
	}
}

func port(a net.Addr) netip.AddrPort { return a.(*net.TCPAddr).AddrPort() }
